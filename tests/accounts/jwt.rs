//! Tokens that are almost right. Each is refused, and all alike.

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::support::{Client, PASSWORD, START, World, look_up, world};

/// What an attacker with the private key could do; the tests use it to make tokens that only their claims
/// condemn.
struct Forge {
    kid: String,
    pair: Ed25519KeyPair,
}

impl Forge {
    async fn of(world: &World) -> Self {
        let kid = look_up(&world.db, "SELECT kid FROM signing_keys").await;
        let sealed = look_up(&world.db, "SELECT sealed_private_key FROM signing_keys").await;
        let sealed = URL_SAFE_NO_PAD.decode(sealed).unwrap();
        let (nonce, sealed) = sealed.split_at(NONCE_LEN);
        let mut sealed = sealed.to_vec();
        let key = RandomizedNonceKey::new(&AES_256_GCM, &world.secret.derive("signing keys")).unwrap();
        let nonce = Nonce::try_assume_unique_for_key(nonce).unwrap();
        let private = key.open_in_place(nonce, Aad::from(kid.as_bytes()), &mut sealed).unwrap();
        Self { pair: Ed25519KeyPair::from_pkcs8(private).unwrap(), kid }
    }

    fn header(&self) -> Value {
        json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": self.kid })
    }

    fn claims() -> Value {
        json!({
            "iss": "jixiao", "aud": "jixiao-api", "sub": "1", "exp": START + 900, "iat": START, "nbf": START,
            "jti": "a", "role": "unit", "ver": 1,
        })
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(&header.to_string(), &claims.to_string())
    }

    fn sign_text(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = self.pair.sign(message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn with_claim(&self, name: &str, value: Value) -> String {
        let mut claims = Self::claims();
        claims[name] = value;
        self.sign(&self.header(), &claims)
    }

    fn without_claim(&self, name: &str) -> String {
        let mut claims = Self::claims();
        claims.as_object_mut().unwrap().remove(name);
        self.sign(&self.header(), &claims)
    }

    fn with_header(&self, name: &str, value: Value) -> String {
        let mut header = self.header();
        header[name] = value;
        self.sign(&header, &Self::claims())
    }
}

async fn refused(client: &Client, what: &str, token: &str) {
    let answer = client.me(token).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}: {}", answer.body);
    assert_eq!(answer.text("code"), "unauthenticated", "{what}");
    assert_eq!(answer.text("detail"), "请先登录", "{what}: no cause is named");
    assert_eq!(answer.headers.get("www-authenticate").unwrap(), "Bearer", "{what}");
}

#[actix_web::test]
async fn what_the_forge_makes_would_be_accepted() {
    let world = world().await;
    let forge = Forge::of(&world).await;
    let client = world.client().await;
    let token = forge.sign(&forge.header(), &Forge::claims());
    assert_eq!(client.me(&token).await.status, StatusCode::OK);
    let narrowed = forge.with_claim("scope", json!("units:read"));
    assert_eq!(client.me(&narrowed).await.body["narrowed_to"], json!(["units:read"]));
}

#[actix_web::test]
async fn claims_must_be_there_typed_and_ours() {
    let world = world().await;
    let forge = Forge::of(&world).await;
    let client = world.client().await;
    for name in ["iss", "aud", "sub", "exp", "iat", "nbf", "jti", "role", "ver"] {
        refused(&client, name, &forge.without_claim(name)).await;
        refused(&client, name, &forge.with_claim(name, Value::Null)).await;
    }
    let wrong = [
        ("exp", json!((START + 900).to_string())),
        ("exp", json!(1e308)),
        ("exp", json!(1.5)),
        ("exp", json!(i64::MAX)),
        ("exp", json!(u64::MAX)),
        ("exp", json!(-1)),
        ("exp", json!(START - 60)),
        ("exp", json!(START + 3600)),
        ("nbf", json!("0")),
        ("nbf", json!(START + 60)),
        ("iat", json!(START + 60)),
        ("iat", json!(1e9)),
        ("iss", json!("somebody")),
        ("iss", json!(["jixiao"])),
        ("aud", json!("another-api")),
        ("aud", json!(["jixiao-api", "another-api"])),
        ("sub", json!(1)),
        ("sub", json!("admin")),
        ("sub", json!("999999")),
        ("sub", json!("1; DROP TABLE users")),
        ("ver", json!(0)),
        ("ver", json!("1")),
        ("role", json!("superuser")),
        ("jti", json!("")),
        ("scope", json!("units:fly")),
        ("scope", json!(["units:read"])),
    ];
    for (name, value) in wrong {
        refused(&client, &format!("{name} = {value}"), &forge.with_claim(name, value)).await;
    }
    let twice = Forge::claims().to_string().replacen('{', "{\"exp\":99999999999,", 1);
    refused(&client, "two exp", &forge.sign_text(&forge.header().to_string(), &twice)).await;
    for claims in ["null", "[]", "\"\"", "{}", "{", ""] {
        refused(&client, claims, &forge.sign_text(&forge.header().to_string(), claims)).await;
    }
}

#[actix_web::test]
async fn the_header_must_be_exactly_ours() {
    let world = world().await;
    let forge = Forge::of(&world).await;
    let client = world.client().await;
    let wrong = [
        ("alg", json!("none")),
        ("alg", json!("None")),
        ("alg", json!("nOnE")),
        ("alg", json!("HS256")),
        ("alg", json!("RS256")),
        ("alg", json!("ES256")),
        ("alg", json!("Ed25519")),
        ("alg", Value::Null),
        ("typ", json!("JWT")),
        ("typ", json!("refresh+jwt")),
        ("typ", Value::Null),
        ("kid", Value::Null),
        ("kid", json!("")),
        ("kid", json!("20000101-1")),
        ("kid", json!("../../etc/passwd")),
        ("kid", json!("x' OR '1'='1")),
        ("kid", json!(["20000101-1"])),
        ("jku", json!("https://attacker.example/jwks.json")),
        ("x5u", json!("https://attacker.example/cert.pem")),
        ("x5c", json!(["MIIB"])),
        ("jwk", json!({ "kty": "OKP", "crv": "Ed25519", "x": "AAAA" })),
        ("crit", json!(["exp"])),
        ("b64", json!(false)),
        ("cty", json!("JWT")),
        ("enc", json!("A256GCM")),
        ("zip", json!("DEF")),
    ];
    for (name, value) in wrong {
        refused(&client, &format!("{name}: {value}"), &forge.with_header(name, value)).await;
    }
    let unsigned = forge.with_header("alg", json!("none"));
    let (unsigned, _) = unsigned.rsplit_once('.').unwrap();
    refused(&client, "unsigned", &format!("{unsigned}.")).await;
    refused(&client, "two parts", unsigned).await;
}

#[actix_web::test]
async fn the_signature_must_be_of_our_key() {
    let world = world().await;
    let forge = Forge::of(&world).await;
    let client = world.client().await;
    let good = forge.sign(&forge.header(), &Forge::claims());
    let (message, signature) = good.rsplit_once('.').unwrap();

    // HMAC with the public key as its secret: what a verifier that believes `alg` falls for.
    let header = json!({ "typ": "at+jwt", "alg": "HS256", "kid": forge.kid });
    let confused = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(Forge::claims().to_string())
    );
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, forge.pair.public_key().as_ref());
    let tag = aws_lc_rs::hmac::sign(&key, confused.as_bytes());
    refused(&client, "HS256 with the public key", &format!("{confused}.{}", URL_SAFE_NO_PAD.encode(tag)))
        .await;

    let other = Forge { kid: forge.kid.clone(), pair: Ed25519KeyPair::generate().unwrap() };
    refused(&client, "another key", &other.sign(&other.header(), &Forge::claims())).await;

    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    for bit in [0, 7, 255, 256, 511] {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        refused(&client, "a flipped bit", &format!("{message}.{}", URL_SAFE_NO_PAD.encode(flipped))).await;
    }
    for length in [0, 1, 32, 63] {
        refused(&client, "cut", &format!("{message}.{}", URL_SAFE_NO_PAD.encode(&bytes[..length]))).await;
    }
    refused(&client, "padded", &format!("{good}==")).await;
    refused(&client, "four parts", &format!("{good}.{signature}")).await;
    let claims = json!({ "sub": "3", "role": "admin" });
    let (header, _) = message.split_once('.').unwrap();
    let swapped = format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    refused(&client, "other claims", &swapped).await;
}

#[actix_web::test]
async fn a_token_comes_once_in_its_header_and_is_short() {
    let world = world().await;
    let client = world.client().await;
    let session = client.sign_in("unit", PASSWORD).await;
    let good = session.text("access_token");
    refused(&client, "a refresh token", &session.text("refresh_token")).await;
    refused(&client, "64 KiB", &"a".repeat(64 << 10)).await;
    refused(&client, "64 KiB with dots", &format!("{good}{}", ".a".repeat(32 << 10))).await;
    for token in ["", ".", "..", "...", "a.b.c", "绩效", "e30.e30.e30"] {
        refused(&client, token, token).await;
    }

    let get = || TestRequest::get().uri("/api/v1/me");
    let status = async |request| client.send(request).await.status;
    let bearer = |token: &str| ("authorization", format!("Bearer {token}"));
    assert_eq!(status(get().insert_header(bearer(&good))).await, StatusCode::OK);
    let twice = get().append_header(bearer(&good)).append_header(bearer(&good));
    assert_eq!(status(twice).await, StatusCode::UNAUTHORIZED);
    let in_query = TestRequest::get().uri(&format!("/api/v1/me?access_token={good}"));
    assert_eq!(status(in_query).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(get().insert_header(("authorization", good.clone()))).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(get()).await, StatusCode::UNAUTHORIZED);
}

#[actix_web::test]
async fn a_token_expires_to_the_second_whether_it_is_remembered_or_not() {
    let world = world().await;
    let client = world.client().await;
    let remembered = client.sign_in("unit", PASSWORD).await.text("access_token");
    let fresh = client.sign_in("bureau", PASSWORD).await.text("access_token");
    assert_eq!(client.me(&remembered).await.status, StatusCode::OK);
    world.clock.advance(904_000);
    assert_eq!(client.me(&remembered).await.status, StatusCode::OK, "clocks may differ by five seconds");
    world.clock.advance(1_000);
    refused(&client, "remembered", &remembered).await;
    refused(&client, "fresh", &fresh).await;
    world.clock.advance(-1_000_000);
    refused(&client, "not yet", &remembered).await;
}
