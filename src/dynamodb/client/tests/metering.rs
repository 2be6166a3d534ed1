//! What a meter is told.

use super::*;

/// What it was told, summed.
#[derive(Default)]
struct Sum(RefCell<Consumption>);

impl Meter for Sum {
    fn consumed(&self, more: Consumption) {
        let mut sum = self.0.borrow_mut();
        sum.requests += more.requests;
        sum.sent_bytes += more.sent_bytes;
        sum.received_bytes += more.received_bytes;
        sum.read_units += more.read_units;
        sum.write_units += more.write_units;
    }
}

fn metering_client(host: &Rc<ScriptedHost>) -> Client {
    let endpoint = Endpoint::resolve(None, "eu-central-1", host.as_ref()).expect("an endpoint");
    let provider = Provider::function(Rc::new(|| Box::pin(async { Ok(Credentials::new("AKID", "secret")) })));
    let config = ClientConfig::new(Destination::known(endpoint), provider).asking_for_capacity(true);
    Client::new(host.clone(), config)
}

/// One read of the key, metered.
fn metered_get(
    client: &Client,
    meter: &Rc<Sum>,
    deadline: Deadline,
) -> crate::host::LocalFuture<Result<(), Error>> {
    let sender = client.clone();
    let read = async move { sender.send(&GetItem::consistent("t", key("k")), deadline).await.map(drop) };
    client.metered(Some(meter.clone()), Box::pin(read))
}

#[test]
fn a_meter_is_told_of_every_attempt_and_of_the_units_that_the_answer_names() {
    let host = ScriptedHost::new();
    host.answer(broken());
    let answer = r#"{"Item":{"key":{"S":"k"}},"ConsumedCapacity":{"TableName":"t","CapacityUnits":2.0}}"#;
    host.answer(response(200, &[], answer));
    let (client, meter) = (metering_client(&host), Rc::new(Sum::default()));
    let deadline = Deadline::after(host.as_ref(), 5_000);
    assert_eq!(host.run(metered_get(&client, &meter, deadline)), Ok(()));
    let body =
        r#"{"TableName":"t","Key":{"key":{"S":"k"}},"ConsistentRead":true,"ReturnConsumedCapacity":"TOTAL"}"#;
    let sent = host.take_requests();
    assert_eq!(std::str::from_utf8(sent[0].request.body()), Ok(body));
    let expected = Consumption {
        requests: 2,
        sent_bytes: 2 * body.len(),
        received_bytes: answer.len() + r#"{"__type":"InternalServerError"}"#.len(),
        read_units: 2.0,
        write_units: 0.0,
    };
    assert_eq!(*meter.0.borrow(), expected);
}

#[test]
fn batches_sum_the_units_of_their_tables_and_writes_are_told_from_reads() {
    let host = ScriptedHost::new();
    let capacity = r#""ConsumedCapacity":[{"TableName":"t","CapacityUnits":1.5},{"CapacityUnits":2},{}]"#;
    host.answer(response(
        200,
        &[],
        &format!(r#"{{"Responses":{{"t":[]}},"UnprocessedKeys":{{}},{capacity}}}"#),
    ));
    host.answer(response(200, &[], &format!(r#"{{"UnprocessedItems":{{}},{capacity}}}"#)));
    let (client, meter) = (metering_client(&host), Rc::new(Sum::default()));
    let deadline = Deadline::after(host.as_ref(), 5_000);
    let sender = client.clone();
    let both = async move {
        let request = BatchGetItem::consistent("t", vec![key("a"), key("b")]);
        sender.batch_get_item_all(request, deadline).await?;
        sender.batch_write_item_all("t", vec![WriteRequest::put(key("a"))], deadline).await
    };
    assert_eq!(host.run(client.metered(Some(meter.clone()), Box::pin(both))), Ok(()));
    let Consumption { requests, read_units, write_units, .. } = *meter.0.borrow();
    assert_eq!((requests, read_units, write_units), (2, 3.5, 3.5));
}

#[test]
fn calls_that_overlap_are_told_apart_and_what_nobody_metered_goes_to_the_clients_own_meter() {
    let host = ScriptedHost::new();
    let sized =
        |units: u32| response(200, &[], &format!(r#"{{"ConsumedCapacity":{{"CapacityUnits":{units}}}}}"#));
    host.answer_after(20, sized(1));
    host.answer_after(10, sized(10));
    host.answer_after(15, sized(100));
    let client = metering_client(&host);
    let [own, first, second] = [(); 3].map(|()| Rc::new(Sum::default()));
    client.replace_meter(Some(own.clone()));
    let deadline = Deadline::after(host.as_ref(), 5_000);
    let (request, unmetered) = (GetItem::consistent("t", key("k")), client.clone());
    let all = join(
        join(metered_get(&client, &first, deadline), metered_get(&client, &second, deadline)),
        unmetered.send(&request, deadline),
    );
    let ((one, two), three) = host.run(all);
    assert_eq!((one, two, three.is_ok()), (Ok(()), Ok(()), true));
    let told = [&first, &second, &own].map(|sum| (sum.0.borrow().requests, sum.0.borrow().read_units));
    assert_eq!(told, [(1, 1.0), (1, 10.0), (1, 100.0)]);
}

#[test]
fn a_call_that_is_given_up_has_sent_its_request_all_the_same() {
    let host = ScriptedHost::new();
    host.answer_after(1_000, found());
    let (client, meter) = (metering_client(&host), Rc::new(Sum::default()));
    let shared: SharedHost = host.clone();
    let deadline = Deadline::after(host.as_ref(), 5_000);
    let limit = Deadline::after(host.as_ref(), 100);
    assert_eq!(host.run(within(&shared, limit, metered_get(&client, &meter, deadline))), None);
    let Consumption { requests, received_bytes, .. } = *meter.0.borrow();
    assert_eq!((requests, received_bytes), (1, 0));
}

#[test]
fn an_endpoint_that_does_not_say_what_it_consumed_is_answered_all_the_same() {
    for body in ["{}", r#"{"ConsumedCapacity":null}"#, r#"{"ConsumedCapacity":{"TableName":"t"}}"#] {
        let host = ScriptedHost::new();
        host.answer(response(200, &[], body));
        let (client, meter) = (metering_client(&host), Rc::new(Sum::default()));
        let deadline = Deadline::after(host.as_ref(), 5_000);
        assert_eq!(host.run(metered_get(&client, &meter, deadline)), Ok(()), "{body}");
        assert_eq!((meter.0.borrow().requests, meter.0.borrow().read_units), (1, 0.0), "{body}");
    }
}
