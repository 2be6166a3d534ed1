//! Signs requests, and one that is like the one before not again.

use super::Error;
use super::request::{Call, SERVICE};
use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::sigv4::SigningKey;
use http::Request;
use std::rc::Rc;

/// A larger request is not kept, bytes. Those that come again are reads.
const MAX_KEPT_BYTES: usize = 1_024;

/// The key of the day, and the request that was signed last.
#[derive(Default)]
pub struct Signer {
    key: Option<SigningKey>,
    last: Option<Signed>,
}

struct Signed {
    request: Request<Vec<u8>>,
    operation: &'static str,
    credentials: Rc<Credentials>,
    endpoint: Rc<Endpoint>,
    second: u64,
}

impl Signer {
    /// The signed HTTP request. `now_ms` is the time as AWS sees it, Unix milliseconds.
    ///
    /// A server asks for the log, and for what is in demand, many times in a second: a request that differs in nothing from the last
    /// one, its second included, has the same signature.
    pub fn sign(
        &mut self,
        call: &Call,
        credentials: &Rc<Credentials>,
        endpoint: &Rc<Endpoint>,
        now_ms: u64,
    ) -> Result<&Request<Vec<u8>>, Error> {
        let second = now_ms / 1_000;
        let same = self.last.take().filter(|last| {
            last.second == second
                && last.operation == call.operation
                && Rc::ptr_eq(&last.credentials, credentials)
                && Rc::ptr_eq(&last.endpoint, endpoint)
                && last.request.body() == call.body()
        });
        let signed = match same {
            Some(signed) => signed,
            None => {
                let key = self.key.take().filter(|key| key.is_for(credentials, now_ms));
                let region = endpoint.signing_region();
                let key = key.unwrap_or_else(|| SigningKey::derive(credentials, region, SERVICE, now_ms));
                let request =
                    call.build_request(endpoint.uri(), self.key.insert(key), credentials, now_ms)?;
                let (credentials, endpoint) = (credentials.clone(), endpoint.clone());
                Signed { request, operation: call.operation, credentials, endpoint, second }
            }
        };
        Ok(&self.last.insert(signed).request)
    }

    /// Lets go of a request that is large, once it is sent.
    pub fn sent(&mut self) {
        self.last.take_if(|last| last.request.body().len() > MAX_KEPT_BYTES);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted_host::ScriptedHost;

    const NOW_MS: u64 = 1_795_452_072_000;

    struct Scene {
        signer: Signer,
        credentials: Rc<Credentials>,
        endpoint: Rc<Endpoint>,
    }

    impl Scene {
        fn new() -> Self {
            let credentials = Rc::new(Credentials::new("AKID", "SECRET"));
            Scene { signer: Signer::default(), credentials, endpoint: endpoint(None) }
        }

        /// Its headers, as text, and where its body lies.
        fn sign(&mut self, call: &Call, now_ms: u64) -> (String, *const u8) {
            let signed = self.signer.sign(call, &self.credentials, &self.endpoint, now_ms).expect("signed");
            let headers = signed
                .headers()
                .iter()
                .map(|(name, value)| format!("{name}: {}\n", value.to_str().expect("text")));
            (headers.collect(), signed.body().as_ptr())
        }
    }

    fn endpoint(option: Option<&str>) -> Rc<Endpoint> {
        let endpoint = Endpoint::resolve(option, "eu-central-1", ScriptedHost::new().as_ref());
        Rc::new(endpoint.expect("an endpoint"))
    }

    fn call(body: &str) -> Call {
        Call::new("GetItem", body.into())
    }

    #[test]
    fn what_is_the_same_in_the_same_second_is_signed_once() {
        let mut scene = Scene::new();
        let first = scene.sign(&call("{1}"), NOW_MS);
        scene.signer.sent();
        assert_eq!(scene.sign(&call("{1}"), NOW_MS + 999), first);
        assert_ne!(scene.sign(&call("{1}"), NOW_MS + 1_000), first);
    }

    #[test]
    fn what_differs_in_anything_is_signed_anew_as_by_another_signer() {
        type Change = fn(&mut Scene) -> Call;
        let changes: [Change; 5] = [
            |_| call("{2}"),
            |_| Call::new("Query", "{1}".into()),
            |scene| {
                scene.credentials = Rc::new(Credentials::new("AKID", "OTHER"));
                call("{1}")
            },
            |scene| {
                let session_token = Some("token".into());
                scene.credentials =
                    Rc::new(Credentials { session_token, ..Credentials::new("AKID", "SECRET") });
                call("{1}")
            },
            |scene| {
                scene.endpoint = endpoint(Some("http://127.0.0.1:8000"));
                call("{1}")
            },
        ];
        for change in changes {
            let mut scene = Scene::new();
            let (before, _) = scene.sign(&call("{1}"), NOW_MS);
            let changed = change(&mut scene);
            let (after, _) = scene.sign(&changed, NOW_MS);
            assert_ne!(after, before);
            scene.signer = Signer::default();
            assert_eq!(scene.sign(&changed, NOW_MS).0, after);
        }
    }

    #[test]
    fn a_large_request_is_not_kept() {
        let mut scene = Scene::new();
        let large = call(&"x".repeat(MAX_KEPT_BYTES + 1));
        scene.sign(&large, NOW_MS);
        assert!(scene.signer.last.is_some());
        scene.signer.sent();
        assert!(scene.signer.last.is_none());
    }
}
