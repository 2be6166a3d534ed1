//! The canonical request of a POST to `/`.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request>

use http::uri::Authority;

/// What the string to sign holds a hash of.
pub struct CanonicalRequest {
    /// The canonical request.
    pub bytes: Vec<u8>,
    /// The names of the signed headers, `;` between them.
    pub signed_headers: String,
}

impl CanonicalRequest {
    /// All headers are signed, and `host` as the URI has it: the host's `fetch` sends that header itself.
    pub fn of(request: &http::Request<Vec<u8>>, payload_hash: &str) -> Self {
        let authority = request.uri().authority().map(Authority::as_str).unwrap_or_default();
        let mut headers: Vec<(&str, Vec<u8>)> = vec![("host", authority.as_bytes().to_vec())];
        for name in request.headers().keys() {
            let values: Vec<_> =
                request.headers().get_all(name).iter().map(|value| trim_all(value.as_bytes())).collect();
            headers.push((name.as_str(), values.join(b",".as_slice())));
        }
        headers.sort_unstable();
        let names: Vec<_> = headers.iter().map(|(name, _)| *name).collect();
        let signed_headers = names.join(";");

        let mut bytes = b"POST\n/\n\n".to_vec();
        for (name, value) in headers {
            bytes.extend_from_slice(name.as_bytes());
            bytes.push(b':');
            bytes.extend_from_slice(&value);
            bytes.push(b'\n');
        }
        bytes.push(b'\n');
        bytes.extend_from_slice(signed_headers.as_bytes());
        bytes.push(b'\n');
        bytes.extend_from_slice(payload_hash.as_bytes());
        CanonicalRequest { bytes, signed_headers }
    }
}

/// AWS's `Trimall`: no spaces around the value, one for each run of them inside.
fn trim_all(value: &[u8]) -> Vec<u8> {
    let words = value.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(b" ".as_slice())
}
