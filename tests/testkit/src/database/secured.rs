//! A PostgreSQL server with TLS and passwords.

use std::{
    env, fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio_postgres::{Client, Config};

use crate::database::{TestDatabase, server::connect};

/// A running server, which stops when this is dropped.
#[derive(Debug)]
pub struct SecuredServer {
    process: Child,
    folder: PathBuf,
    port: u16,
    /// The certificate authority, as PEM.
    pub authority: String,
}

impl SecuredServer {
    /// Starts a server with the certificate of [`certificates`], and with the user `app` and this password. `postgres`
    /// needs no password.
    pub async fn start(password: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = env::temp_dir().join(format!("pledge-secured-{port}"));
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres");
        let mut command = Command::new(script);
        command.arg(&folder).arg(port.to_string()).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().unwrap();
        let (authority, certificate, key) = certificates();
        let server = Self { process, folder, port, authority };
        server.ready().await;
        server.file("server.crt", &certificate);
        server.file("server.key", &key);
        server
            .file("pg_hba.conf", "host all postgres 127.0.0.1/32 trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n");
        let admin = server.admin().await;
        admin.batch_execute(&format!("create role app login password '{password}'")).await.unwrap();
        admin.batch_execute("alter system set ssl = on").await.unwrap();
        admin.batch_execute("select pg_reload_conf()").await.unwrap();
        server.until_tls(&admin).await;
        server
    }

    /// Returns the address for `app`.
    #[must_use]
    pub fn url(&self, host: &str, password: &str) -> String {
        self.url_of("postgres", host, password)
    }

    /// Returns the address of a database on this server, for `app`.
    #[must_use]
    pub fn url_of(&self, database: &str, host: &str, password: &str) -> String {
        format!("postgres://app:{password}@{host}:{}/{database}?sslmode=require", self.port)
    }

    /// Opens a connection as the superuser.
    pub async fn admin(&self) -> Client {
        connect(&self.config()).await
    }

    /// Makes a database on this server with every migration applied.
    pub async fn database(&self) -> TestDatabase {
        TestDatabase::on(&self.config()).await
    }

    fn config(&self) -> Config {
        let mut config = Config::new();
        config.host("127.0.0.1").port(self.port).user("postgres").dbname("postgres");
        config
    }

    /// Writes a file beside the server's own. Returns its path.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    async fn ready(&self) {
        let pid = self.folder.join("postmaster.pid");
        let is_ready =
            || fs::read_to_string(&pid).is_ok_and(|text| text.lines().nth(7).is_some_and(|it| it.starts_with("ready")));
        while !is_ready() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until connections are encrypted: the server reloads its configuration some time after it is told to.
    async fn until_tls(&self, admin: &Client) {
        while admin.query_one("show ssl", &[]).await.unwrap().get::<_, &str>(0) != "on" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for SecuredServer {
    fn drop(&mut self) {
        // An immediate shutdown, since no data are needed any more.
        drop(Command::new("kill").args(["-QUIT", &self.process.id().to_string()]).status());
        drop(self.process.wait());
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// Makes a certificate authority, a certificate for `localhost` and `database.example.com`, and its key.
#[must_use]
pub fn certificates() -> (String, String, String) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let names = ["localhost".to_owned(), "database.example.com".to_owned()];
    let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &authority).unwrap();
    (authority.pem(), certificate.pem(), key.serialize_pem())
}
