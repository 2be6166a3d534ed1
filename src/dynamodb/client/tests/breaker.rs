//! The circuit breaker as calls meet it.

use super::*;

/// Fails until the breaker is open, and forgets what was sent.
fn open_breaker(host: &Rc<ScriptedHost>, client: &Client) {
    (0..5).for_each(|_| host.answer(Err(FetchError::Connection("reset".to_owned()))));
    while host.unanswered() > 0 {
        get(host, client, 5_000).expect_err("down");
    }
    host.take_requests();
}

#[test]
fn while_the_breaker_is_open_a_call_sends_nothing_and_takes_no_time() {
    let host = ScriptedHost::new();
    let client = client(&host, &["T"]);
    open_breaker(&host, &client);
    let before_ms = host.elapsed_ms();
    let error = get(&host, &client, 300).expect_err("open");
    assert_eq!((error.code.as_str(), error.kind), ("CircuitOpen", ErrorKind::CircuitOpen));
    assert_eq!(
        error.message,
        "the endpoint failed 5 times in a row, last with: NetworkError: reset; it is asked again in 225 ms"
    );
    assert_eq!((host.take_requests().len(), host.elapsed_ms()), (0, before_ms));
}

#[test]
fn one_probe_that_is_answered_brings_the_hits_back() {
    let host = ScriptedHost::new();
    let client = client(&host, &["T"]);
    open_breaker(&host, &client);
    host.run(host.sleep(250));
    host.answer_after(10, found());
    let deadline = Deadline::after(host.as_ref(), 300);
    let ask = GetItem::consistent("t", key("k"));
    let (probe, beside_it) = host.run(join(client.send(&ask, deadline), client.send(&ask, deadline)));
    assert!(probe.is_ok());
    assert_eq!(beside_it.expect_err("one probe at a time").kind, ErrorKind::CircuitOpen);
    assert_eq!(host.take_requests().len(), 1);
    host.answer(found());
    assert!(get(&host, &client, 300).is_ok());
}

#[test]
fn a_probe_that_fails_is_not_repeated_in_its_call() {
    let host = ScriptedHost::new();
    let client = client(&host, &["T"]);
    open_breaker(&host, &client);
    host.run(host.sleep(250));
    host.answer(broken());
    let error = get(&host, &client, 5_000).expect_err("down");
    assert_eq!(error.code, "InternalServerError", "it says what went wrong, not that it may not ask again");
    assert_eq!(host.take_requests().len(), 1);
}

#[test]
fn what_dynamodb_refuses_or_throttles_does_not_open_the_breaker() {
    for code in
        ["ThrottlingException", "ValidationException", "AccessDeniedException", "ExpiredTokenException"]
    {
        let host = ScriptedHost::new();
        let client = client(&host, &["T", "T", "T", "T", "T", "T", "T", "T", "T", "T", "T", "T"]);
        for _ in 0..10 {
            host.answer(refused(code));
            assert_eq!(get(&host, &client, 300).expect_err(code).code, code);
        }
    }
}

#[test]
fn what_is_no_answer_of_dynamodbs_opens_it() {
    let no_answers: [fn() -> Answered; 5] = [
        || response(200, &[], "<html>"),
        || response(302, &[("location", "/")], ""),
        || response(501, &[], ""),
        || response(200, &[("x-amz-crc32", "1")], "{}"),
        || Err(FetchError::TimedOut),
    ];
    for (index, no_answer) in no_answers.into_iter().enumerate() {
        let host = ScriptedHost::new();
        let client = client(&host, &["T"]);
        (0..5).for_each(|_| host.answer(no_answer()));
        while host.unanswered() > 0 {
            get(&host, &client, 5_000).expect_err("no answer");
        }
        assert_eq!(
            get(&host, &client, 5_000).expect_err("open").kind,
            ErrorKind::CircuitOpen,
            "case {index}"
        );
    }
}

#[test]
fn calls_that_are_given_up_open_it() {
    let host = ScriptedHost::new();
    let client = client(&host, &["T"]);
    let shared: SharedHost = host.clone();
    let ask = GetItem::consistent("t", key("k"));
    for _ in 0..5 {
        host.answer_after(u64::MAX, found());
        let given_up = within(
            &shared,
            Deadline::after(host.as_ref(), 100),
            client.send(&ask, Deadline::after(host.as_ref(), 300)),
        );
        assert!(host.run(given_up).is_none());
    }
    assert_eq!(get(&host, &client, 300).expect_err("open").kind, ErrorKind::CircuitOpen);
}

#[test]
fn credentials_that_cannot_be_had_open_it() {
    let host = ScriptedHost::new();
    let client = client(&host, &[]);
    for _ in 0..5 {
        assert_eq!(get(&host, &client, 300).expect_err("none").kind, ErrorKind::Credentials);
    }
    assert_eq!(get(&host, &client, 300).expect_err("open").kind, ErrorKind::CircuitOpen);
}
