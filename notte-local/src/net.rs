//! Addresses that only this machine's cloud is at home at: link-local ones, and those of metadata services, which give
//! keys to whoever asks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use reqwest::Url;
use tokio::net::lookup_host;
use tokio::time::timeout;

/// Metadata services beside the link-local ones: of Alibaba, Azure and Oracle, and on IPv6 those of AWS and Google.
const V4: &[Ipv4Addr] =
    &[Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(168, 63, 129, 16), Ipv4Addr::new(192, 0, 0, 192)];
const V6: &[Ipv6Addr] =
    &[Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254), Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)];

/// Names of metadata services.
const NAMES: &[&str] = &["metadata", "metadata.google.internal", "metadata.goog", "instance-data.ec2.internal"];

/// The same for the browser, which reads addresses in every spelling before it looks here.
pub(crate) const RULES: &str = "MAP 169.254.* ~NOTFOUND,MAP ::ffff:a9fe:* ~NOTFOUND,MAP fe80:* ~NOTFOUND,\
    MAP 100.100.100.200 ~NOTFOUND,MAP 168.63.129.16 ~NOTFOUND,MAP 192.0.0.192 ~NOTFOUND,\
    MAP fd00:ec2::254 ~NOTFOUND,MAP fd20:ce::254 ~NOTFOUND,MAP metadata ~NOTFOUND,\
    MAP metadata.google.internal ~NOTFOUND,MAP metadata.goog ~NOTFOUND,MAP instance-data.ec2.internal ~NOTFOUND";

/// Refuses an address that leads there, by itself or by its name.
pub(crate) async fn check(address: &str) -> Result<(), String> {
    let address = address.trim();
    let url = if address.contains("://") { Url::parse(address) } else { Url::parse(&format!("http://{address}")) };
    // What is no address is somebody else's to refuse.
    let Ok(url) = url else { return Ok(()) };
    let Some(host) = url.host_str() else { return Ok(()) };
    let host = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_ascii_lowercase();
    let leads = match host.parse::<IpAddr>() {
        Ok(ip) => is_link_local(ip),
        Err(_) if NAMES.contains(&host.as_str()) => true,
        Err(_) => resolved(&host).await.into_iter().any(is_link_local),
    };
    if leads {
        return Err(format!(
            "{host} is a link-local or metadata address: start notte-local with --allow-link-local to use it"
        ));
    }
    Ok(())
}

async fn resolved(host: &str) -> Vec<IpAddr> {
    let found = timeout(Duration::from_secs(5), lookup_host((host, 0))).await;
    found.ok().and_then(Result::ok).map(|found| found.map(|address| address.ip()).collect()).unwrap_or_default()
}

fn is_link_local(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_link_local() || V4.contains(&ip),
        IpAddr::V6(ip) => ip.is_unicast_link_local() || V6.contains(&ip),
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[tokio::test]
    async fn link_local_and_metadata_addresses_are_refused_in_every_spelling() {
        for address in [
            "http://169.254.169.254/latest/meta-data",
            "ws://169.254.1.1:9222",
            "169.254.169.254:3128",
            "http://2852039166/",
            "http://0xa9fea9fe",
            "http://[::ffff:169.254.169.254]/",
            "http://[fe80::1]:80/",
            "http://[fd00:ec2::254]/",
            "HTTP://Metadata.Google.Internal./",
            "socks5://100.100.100.200",
        ] {
            assert!(check(address).await.is_err(), "{address}");
        }
        for address in
            ["http://127.0.0.1:80", "http://10.0.0.1", "https://1.1.1.1", "http://[::1]", "about:blank", "http://"]
        {
            assert_eq!(check(address).await, Ok(()), "{address}");
        }
    }
}
