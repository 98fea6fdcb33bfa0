//! Multipart forms: values, files in memory and on disk, and broken ones.

use super::*;
use crate::{Limits, Upload};

async fn content(upload: &Upload) -> Vec<u8> {
    let mut stream = upload.stream();
    let mut all = Vec::new();
    while let Some(piece) = stream.read(100_000).await.unwrap() {
        all.extend_from_slice(&piece);
    }
    all
}

/// Shows a form: `field=value,value` and `field:name:type:size` and a digit of the content.
fn shows_form(max_memory: u64) -> Script {
    script(move |e| async move {
        let form = e.multipart(Limits::default(), max_memory).await?;
        let mut out = Vec::new();
        for (field, values) in &form.values {
            let values: Vec<_> = values.iter().map(|v| String::from_utf8_lossy(v)).collect();
            out.push(format!("{field}={}", values.join(",")));
        }
        for (field, files) in &form.files {
            for file in files {
                let (first, again) = (content(file).await, content(file).await);
                assert_eq!(first, again, "a file can be read again");
                assert_eq!(first.len() as u64, file.size());
                let kind = String::from_utf8_lossy(file.header(b"content-type").unwrap_or(b"-")).into_owned();
                let sum = first.iter().fold(0u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(*byte));
                out.push(format!("{field}:{}:{kind}:{}:{sum}", file.name(), file.size()));
            }
        }
        let again = e.multipart(Limits::default(), max_memory).await.err().unwrap();
        assert_eq!(again.message(), "the request body was taken as a stream already");
        assert!(e.write(out.join(" ").into())?.is_none());
        nothing()
    })
}

fn post(content_type: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST / HTTP/1.1\r\nHost: t\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

async fn send(site: &Site, content_type: &str, body: &[u8]) -> Got {
    let mut client = Client::connect(site).await;
    client.send(post(content_type, body)).await;
    client.response(false).await
}

const TYPE: &str = "multipart/form-data; boundary=XX";

fn file(size: usize) -> Vec<u8> {
    (0..size).map(|i| (i % 251) as u8).collect()
}

#[tokio::test]
async fn values_and_files() {
    let site = site(vec![("POST /", shows_form(32 << 20))]).await;
    let body = "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n\
                --XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.txt\"\r\nContent-Type: text/plain\r\n\r\nhi\r\n\
                --XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n2\r\n\
                --XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\r\n\r\n\r\n--XX--\r\n";
    let got = send(&site, TYPE, body.as_bytes()).await;
    assert_eq!(got.body, "a=1,2 f:x.txt:text/plain:2:1 f::-:0:0");
}

#[tokio::test]
async fn large_files_go_to_disk_and_come_back_whole() {
    let large = file(1_500_000);
    let head = "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"big\"\r\n\r\n";
    let body = [head.as_bytes(), &large, b"\r\n--XX--\r\n"].concat();
    let mut shown = Vec::new();
    for max_memory in [32 << 20, 1000] {
        let site = site(vec![("POST /", shows_form(max_memory))]).await;
        shown.push(send(&site, TYPE, &body).await.body);
    }
    assert!(shown[0].starts_with("f:big:-:1500000:"), "{shown:?}");
    assert_eq!(shown[0], shown[1]);
}

#[tokio::test]
async fn broken_forms_are_invalid() {
    let site = site(vec![("POST /", shows_form(10))]).await;
    let long = "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n12345678901\r\n--XX--\r\n";
    let many = "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n".repeat(1001) + "--XX--\r\n";
    for (content_type, body, message) in [
        ("application/json", "{}", "the request body is not multipart/form-data"),
        ("multipart/form-data", "--XX--", "the request body is not multipart/form-data"),
        (TYPE, "nothing of the kind", "malformed form: "),
        (TYPE, "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1", "malformed form: "),
        (TYPE, long, "the values of the form are larger than 10 bytes"),
        (TYPE, &many, "the form has more than 1000 parts"),
    ] {
        let got = send(&site, content_type, body.as_bytes()).await;
        assert!(got.status == 500 && got.body.starts_with(message), "{content_type}: {}", got.body);
    }
}
