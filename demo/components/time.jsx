"use client";

import { useEffect, useState } from "react";

/** A time of day; in UTC until the browser has taken over, since the server cannot know where it is read. */
export function Clock({ at }) {
  const [text, setText] = useState(`${new Date(at).toISOString().slice(11, 19)} UTC`);
  useEffect(() => setText(new Date(at).toLocaleTimeString()), [at]);
  return <time dateTime={new Date(at).toISOString()}>{text}</time>;
}

/** How long ago that was, counting. */
export function Age({ since }) {
  const now = useNow();
  return now === undefined ? <span>…</span> : <span className="age">{duration(now - since)} ago</span>;
}

/** How long until then. */
export function Remaining({ until }) {
  const now = useNow();
  if (now === undefined) {
    return null;
  }
  return until < now ? "ended" : `in ${duration(until - now)}`;
}

/** @param {number} ms */
function duration(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 100) return `${seconds} s`;
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 72 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

function useNow() {
  const [now, setNow] = useState();
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
