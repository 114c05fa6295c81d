// Runs over time: a lane a name, a bar a run, and what is due next.
import {useEffect, useRef, useState} from 'preact/hooks';
import {dayOf, duration, minuteTime, moment} from '../format';
import {go} from '../router';
import {toneOf, wordOf} from '../ui/state';

export interface Bar { lane: string; from: number; to: number; status: string; to_path: string; title: string }
export interface Due { lane: string; at: number }

export const spans: [string, string][] = [['1h', '1 h'], ['6h', '6 h'], ['24h', '24 h'], ['7d', '7 d']];
const lengths: Record<string, number> = {'1h': 3.6e6, '6h': 2.16e7, '24h': 8.64e7, '7d': 6.048e8};
const steps = [6e4, 3e5, 6e5, 9e5, 1.8e6, 3.6e6, 7.2e6, 1.08e7, 2.16e7, 4.32e7, 8.64e7];

export const barTitle = (name: string, status: string, from: number, to: number) => `${name}: ${wordOf(status)}, ${moment(new Date(from).toISOString())}, ${duration(to - from)}`;

export function Timeline({bars, due, span}: {bars: Bar[]; due: Due[]; span: string}) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(800);
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const sizes = new ResizeObserver(() => setWidth(box.current?.clientWidth || 800));
    sizes.observe(box.current!);
    const timer = setInterval(() => setNow(Date.now()), 5000);
    return () => { sizes.disconnect(); clearInterval(timer); };
  }, []);
  const length = lengths[span] ?? lengths['6h'], begin = now - length, end = now + length * 0.12;
  const names = width < 560 ? 92 : 168, height = 26, top = 22, x = (at: number) => names + (at - begin) / (end - begin) * (width - names - 8);
  const seen = bars.filter(bar => bar.to >= begin && bar.from <= end), next = due.filter(each => each.at > now && each.at < end);
  const lanes = [...new Set([...seen.map(bar => bar.lane), ...next.map(each => each.lane)])].slice(0, 14);
  const step = steps.find(each => (end - begin) / each < Math.max(3, (width - names) / 90)) ?? steps[steps.length - 1];
  const marks: number[] = [];
  const offset = new Date().getTimezoneOffset() * 6e4;
  for (let at = Math.ceil((begin - offset) / step) * step + offset; at < end; at += step) marks.push(at);
  const tall = top + Math.max(1, lanes.length) * height + 6;
  return <div class="timeline" ref={box}>
    <svg width={width} height={tall} role="group" aria-label="Runs over time">
      {marks.map(at => <g key={at}><line class="rule" x1={x(at)} x2={x(at)} y1={top - 4} y2={tall}/><text class="tick" x={x(at)} y={12} text-anchor="middle">{step >= 8.64e7 ? dayOf(at) : minuteTime(at)}</text></g>)}
      {lanes.map((lane, i) => <g key={lane}>
        <text class="lane" x={0} y={top + i * height + 16}>{lane.length > names / 7.2 ? lane.slice(0, names / 7.2 - 1) + '…' : lane}<title>{lane}</title></text>
        <line class="rule" x1={names} x2={width} y1={top + (i + 1) * height - 1} y2={top + (i + 1) * height - 1}/>
        {seen.filter(bar => bar.lane === lane).map(bar => {
          const left = Math.max(names, x(bar.from)), right = Math.max(left + 5, x(bar.to));
          return <a key={bar.to_path} href={bar.to_path} aria-label={bar.title} onClick={event => { event.preventDefault(); go(bar.to_path); }}>
            <rect class={'bar ' + toneOf(bar.status)} x={left} y={top + i * height + 4} width={right - left} height={height - 9} rx="3"><title>{bar.title}</title></rect></a>;
        })}
        {next.filter(each => each.lane === lane).map(each => <rect key={each.at} class="bar due" x={x(each.at)} y={top + i * height + 4} width={5} height={height - 9} rx="2"><title>{`${lane}: due ${moment(new Date(each.at).toISOString())}`}</title></rect>)}
      </g>)}
      <line class="now" x1={x(now)} x2={x(now)} y1={top - 6} y2={tall}/>
      {!lanes.length && <text class="tick" x={names + 8} y={top + 17}>Nothing ran in this time</text>}
    </svg>
  </div>;
}
