//! The canonical request of a POST to `/`.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request>

use http::header::HOST;
use http::uri::Authority;

/// Room for the name of a header, twice, so that nothing grows while it is written.
const MAX_NAME_BYTES: usize = 2 * "x-amz-security-token:;".len();
/// Room for what else there is, the payload's hash among it.
const AROUND_HEADERS: usize = 128;

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
        let host = HOST;
        let mut names = vec![&host];
        for name in request.headers().keys() {
            let place = names.partition_point(|known| known.as_str() < name.as_str());
            names.insert(place, name);
        }

        let values = request.headers().values().map(|value| value.len() + MAX_NAME_BYTES);
        let mut bytes = Vec::with_capacity(values.sum::<usize>() + authority.len() + AROUND_HEADERS);
        let mut signed_headers = String::with_capacity(names.len() * MAX_NAME_BYTES);
        bytes.extend_from_slice(b"POST\n/\n\n");
        for name in names {
            if !signed_headers.is_empty() {
                signed_headers.push(';');
            }
            signed_headers.push_str(name.as_str());
            bytes.extend_from_slice(name.as_str().as_bytes());
            if name == HOST {
                bytes.push(b':');
                bytes.extend_from_slice(authority.as_bytes());
            }
            let mut separator = b':';
            for value in request.headers().get_all(name) {
                bytes.push(separator);
                push_trimmed(&mut bytes, value.as_bytes());
                separator = b',';
            }
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
fn push_trimmed(bytes: &mut Vec<u8>, value: &[u8]) {
    let start = bytes.len();
    for word in value.split(|byte| *byte == b' ').filter(|word| !word.is_empty()) {
        if bytes.len() > start {
            bytes.push(b' ');
        }
        bytes.extend_from_slice(word);
    }
}
