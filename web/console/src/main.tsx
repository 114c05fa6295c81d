import {render} from 'preact';
import {askEarly} from './api';
import {App} from './app';
import {listen} from './router';
import {startTheme} from './theme';
import '../../theme/tokens.css';
import './styles/base.css';
import './styles/parts.css';
import './styles/views.css';

askEarly('/session');
const select = new URLSearchParams(location.search).get('select');
if (/^\/(graph|assets)?$/.test(location.pathname)) askEarly('/graph' + (select ? '?select=' + encodeURIComponent(select) : ''));
startTheme();
listen();
render(<App/>, document.getElementById('root')!);
