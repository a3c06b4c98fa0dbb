//! A list as a CSV, its columns known by their names.

use super::{List, Listed};
use crate::failure::{Failure, Layer};
use crate::kinds::json;

/// Columns by what developers call them, without case and punctuation.
const ADDRESSES: [&str; 12] = [
    "url",
    "address",
    "endpoint",
    "endpointurl",
    "endpointaddress",
    "baseurl",
    "fhirurl",
    "fhirbaseurl",
    "fhirendpoint",
    "fhirendpointurl",
    "servicebaseurl",
    "fhirservicebaseurl",
];
const NAMES: [&str; 10] = [
    "organizationname",
    "organization",
    "name",
    "customername",
    "customer",
    "practicename",
    "facilityname",
    "accountname",
    "providername",
    "orgname",
];

pub(super) fn read(body: &[u8]) -> Result<List, Failure> {
    let delimiter = delimiter(body);
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).trim(csv::Trim::All).from_reader(body);
    let unreadable = |error: csv::Error| {
        let text =
            format!("the list is not readable as CSV ({error}); it begins with {}", json::beginning(body));
        Failure::answered(Layer::Parse, text)
    };
    let headers = reader.byte_headers().map_err(unreadable)?.clone();
    let headers: Vec<_> = headers.iter().map(folded).collect();
    let column = |known: &[&str]| known.iter().find_map(|name| headers.iter().position(|seen| seen == name));
    let Some(address) = column(&ADDRESSES) else {
        let text = format!(
            "expected a FHIR Bundle, or a CSV with a column such as url, endpoint or address; the list begins \
             with {}",
            json::beginning(body)
        );
        return Err(Failure::answered(Layer::Rule, text));
    };
    let name = column(&NAMES);
    let mut endpoints = Vec::new();
    for record in reader.byte_records() {
        let record = record.map_err(unreadable)?;
        let text = |index: usize| record.get(index).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let Some(address) = text(address).filter(|address| !address.is_empty()) else { continue };
        let names = name.and_then(text).filter(|name| !name.is_empty()).into_iter().collect();
        endpoints.push(Listed { address, names });
    }
    Ok(List { endpoints, ..List::default() })
}

fn folded(header: &[u8]) -> String {
    super::folded(&String::from_utf8_lossy(header))
}

/// The delimiter that the header line holds most of.
fn delimiter(body: &[u8]) -> u8 {
    let line = body.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |wanted: u8| line.split(|byte| *byte == wanted).count();
    [b',', b';', b'\t', b'|'].into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name_whatever_separates_them() {
        for text in [
            "Organization Name,FHIR Base URL\n\"Alpha, Inc.\",https://a.example/r4\n,\n",
            "FHIR-Base-URL;Organization_Name\r\nhttps://a.example/r4;\"Alpha, Inc.\"\r\n",
        ] {
            let list = read(text.as_bytes()).unwrap();
            let names = vec!["Alpha, Inc.".to_owned()];
            assert_eq!(list.endpoints, [Listed { address: "https://a.example/r4".to_owned(), names }]);
        }
        assert_eq!(read(b"address\nhttps://a.example\n").unwrap().endpoints.len(), 1);
        assert!(read(b"just a text\n").unwrap_err().text.contains("a column such as url"));
    }
}
