import {useState} from 'preact/hooks';
import {call, setSession, type Problem, type Session} from '../api';
import {Icon} from '../ui/icons';
import {Button, Field} from '../ui/parts';

export function Login({session}: {session: Session}) {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [wrong, setWrong] = useState('');
  const [busy, setBusy] = useState(false);
  document.title = 'Log in · Leat';
  const enter = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setWrong('');
    try {
      setSession(await call<Session>('/session', {method: 'POST', body: {user, password}}));
    } catch (error) {
      const problem = error as Problem;
      setWrong(problem.status === 401 ? 'The name or the password is wrong.'
        : problem.status === 429 ? `Too many attempts. Try again in ${problem.retryAfter || 60} s.` : problem.message);
      setPassword('');
    }
    setBusy(false);
  };
  const oidc = session.login?.oidc;
  return <main class="login" id="main">
    <form class="card" onSubmit={enter}>
      <div class="login-head"><span class="mark" aria-hidden="true"><Icon name="stream" size={20}/></span><h1>Log in to Leat</h1></div>
      {session.login?.password !== false && <>
        <Field label="Name"><input type="text" name="user" autocomplete="username" required autofocus value={user} onInput={event => setUser(event.currentTarget.value)}/></Field>
        <Field label="Password"><input type="password" name="password" autocomplete="current-password" required value={password} onInput={event => setPassword(event.currentTarget.value)}/></Field>
        {wrong && <div class="wrong" role="alert"><Icon name="warn"/><span>{wrong}</span></div>}
        <Button kind="main" type="submit" disabled={busy}>{busy ? 'One moment…' : 'Log in'}</Button></>}
      {oidc && <a class="button" href={`${oidc}?return_to=${encodeURIComponent(location.pathname + location.search)}`}>Log in with single sign-on</a>}
    </form>
  </main>;
}
