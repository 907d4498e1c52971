import { createStreamVibe, isProblem } from "@streamvibe/client";
import { createClient } from "@supabase/supabase-js";
import React, { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

function App() {
  const [session, setSession] = useState(null);
  return (
    <main>
      <h1>StreamVibe</h1>
      {session ? <Library {...session} /> : <SignIn onDone={setSession} />}
    </main>
  );
}

function SignIn({ onDone }) {
  const [problem, setProblem] = useState("");
  const submit = async (event) => {
    event.preventDefault();
    const { url, key, email, password } = Object.fromEntries(new FormData(event.currentTarget));
    const supabase = createClient(url, key);
    const { error } = await supabase.auth.signInWithPassword({ email, password });
    if (error) setProblem(error.message);
    else onDone({ supabase, streamvibe: createStreamVibe(supabase) });
  };
  return (
    <form onSubmit={submit}>
      <input name="url" aria-label="URL" defaultValue="http://127.0.0.1:54321" />
      <input name="key" aria-label="Publishable key" required />
      <input name="email" aria-label="E-mail" defaultValue="demo@example.com" />
      <input name="password" aria-label="Password" type="password" defaultValue="streamvibe-demo" />
      <button type="submit">Sign in</button>
      <p role="alert">{problem}</p>
    </form>
  );
}

function Library({ supabase, streamvibe }) {
  const [accounts, setAccounts] = useState([]);
  const [version, setVersion] = useState(0);
  useEffect(() => {
    supabase.from("social_account").select("id, display_name").then(({ data }) => setAccounts(data ?? []));
  }, [supabase]);
  return (
    <>
      {accounts.map((account) => (
        <Account
          key={account.id}
          {...account}
          streamvibe={streamvibe}
          onDone={() => setVersion((known) => known + 1)}
        />
      ))}
      <Search streamvibe={streamvibe} version={version} />
    </>
  );
}

/** A sync as a job: it goes on when this page is closed, and is followed while it is open. */
function Account({ id, display_name, streamvibe, onDone }) {
  const [jobId, setJobId] = useState(null);
  const [job, setJob] = useState(null);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    if (!jobId) return;
    const left = new AbortController();
    (async () => {
      for await (const state of streamvibe.jobs.watch(jobId, { signal: left.signal })) setJob(state);
      onDone();
    })().catch((error) => left.signal.aborted || setProblem(error.message));
    return () => left.abort();
  }, [jobId, streamvibe]);
  const begin = () =>
    streamvibe.jobs.create("platform_sync", { social_account_id: id }).then(setJobId).catch((error) =>
      setProblem(isProblem(error, "too_many_jobs") ? "Wait until one of your jobs has ended" : error.message)
    );
  return (
    <p>
      {display_name}{" "}
      <button
        type="button"
        onClick={begin}
        disabled={job?.status === "pending" || job?.status === "processing"}
      >
        Sync
      </button>
      {job && <progress max="100" value={job.progress_percent} />}
      <output>{job ? `${job.status} ${job.progress_message ?? ""}` : ""}</output>
      <span role="alert">{problem}</span>
    </p>
  );
}

function Search({ streamvibe, version }) {
  const [query, setQuery] = useState("");
  const [found, setFound] = useState([]);
  useEffect(() => {
    const left = new AbortController();
    // The answer to an older query is not waited for.
    streamvibe.rpc("search_library", { p_query: query, p_limit: 20 }, { signal: left.signal })
      .then(setFound, (error) => left.signal.aborted || console.error(error));
    return () => left.abort();
  }, [query, version, streamvibe]);
  return (
    <>
      <input
        type="search"
        aria-label="Search your library"
        value={query}
        onChange={(event) => setQuery(event.target.value)}
      />
      <ul>{found.map(({ id, title }) => <li key={id}>{title}</li>)}</ul>
    </>
  );
}

createRoot(document.querySelector("#root")).render(<App />);
