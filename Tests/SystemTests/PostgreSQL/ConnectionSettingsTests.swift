import PostgreSQL
import Testing

struct ConnectionSettingsTests {
    private static let remote = "postgres://app@db.example/state"

    private func settings(_ text: String, _ environment: [String: String] = [:]) throws(PostgresError) -> ConnectionSettings {
        try ConnectionSettings(text) { environment[$0] }
    }

    private func refusal(_ text: String, _ environment: [String: String] = [:]) -> PostgresError? {
        do throws(PostgresError) {
            _ = try settings(text, environment)
            return nil
        } catch { return error }
    }

    @Test func `an address is shown without password and parameters`() throws {
        let settings = try settings(
            "postgres://app:hunter2%40x@db.example:6000,[2001:db8::1]/state?sslmode=verify-full&sslpassword=hunter3&sslkey=/k")
        #expect(settings.description == "postgres://app@db.example:6000,[2001:db8::1]:5432/state")
        #expect(settings.hosts == ["db.example", "2001:db8::1"])
        #expect(settings.user == "app")
        #expect(settings.database == "state")
        #expect(!"\(settings) \(String(reflecting: settings))".contains("hunter"))
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!dumped.contains("hunter"))
    }

    @Test(arguments: [
        ("postgres:///state?host=/run/x&user=app", "postgres://app@%2Frun%2Fx:5432/state"),
        ("postgres://app@%2Frun%2Fx:7/state", "postgres://app@%2Frun%2Fx:7/state"),
        ("host=127.0.0.1 port=5433 user='a b' dbname=state password='x y'", "postgres://a%20b@127.0.0.1:5433/state"),
        ("postgresql://app@localhost", "postgres://app@localhost:5432/app"),
    ])
    func `every way of writing an address has one form`(text: String, shown: String) throws {
        #expect(try settings(text).description == shown)
    }

    @Test(arguments: ["disable", "allow", "prefer", "require", "verify-ca"])
    func `off this machine anything weaker than verify-full is refused, wherever it is said`(mode: String) throws {
        let said = try #require(refusal("\(Self.remote)?sslmode=\(mode)"))
        #expect(said.code == .settings)
        #expect(said.message.contains("sslmode=\(mode)") && said.message.contains("write sslmode=verify-full"))
        let inherited = try #require(refusal(Self.remote, ["PGSSLMODE": mode]))
        #expect(inherited.message.contains("PGSSLMODE=\(mode)"))
        #expect(refusal("postgres://app@127.0.0.1/state?sslmode=\(mode)") == nil)
        #expect(refusal("\(Self.remote)?sslmode=verify-full") == nil)
        #expect(refusal("\(Self.remote)?sslmode=verify-full", ["PGSSLMODE": mode]) == nil)
    }

    @Test(arguments: [
        ("postgres://a@127.0.0.1/d", true), ("postgres://a@127.9.9.9/d", true), ("postgres://a@[::1]/d", true),
        ("postgres://a@localhost/d", true), ("postgres://a@%2Frun/d", true), ("postgres://a@/d", true), ("host=@abstract user=a", true),
        ("postgres://a@db.example/d?hostaddr=127.0.0.1", true), ("postgres://a@127.0.0.1,localhost/d", true),
        ("postgres://a@128.0.0.1/d", false), ("postgres://a@127.0.0.1.example/d", false), ("postgres://a@127.1/d", false),
        ("postgres://a@localhost.example/d", false), ("postgres://a@[::2]/d", false), ("postgres://a@[::ffff:127.0.0.1]/d", false),
        ("postgres://a@127.0.0.1,db.example/d", false), ("postgres://a@127.0.0.1/d?hostaddr=192.0.2.1", false),
        ("postgres://a@%2Frun/d?hostaddr=192.0.2.1", false), ("postgres://a@localhost/d?host=db.example", false),
    ])
    func `only loopback and Unix sockets are this machine, and every host counts`(text: String, isLocal: Bool) throws {
        #expect(try settings(text).isLocal == isLocal)
        let separator = text.hasPrefix("host=") ? " " : text.contains("?") ? "&" : "?"
        #expect((refusal("\(text)\(separator)sslmode=disable") == nil) == isLocal)
    }

    @Test func `the environment cannot lead elsewhere unseen`() throws {
        #expect(try settings("postgres://a@/d", ["PGHOST": "db.example"]).hosts == ["db.example"])
        #expect(refusal("postgres://a@/d?sslmode=disable", ["PGHOST": "db.example"])?.code == .settings)
        #expect(try !settings("postgres://a@localhost/d", ["PGHOSTADDR": "192.0.2.1"]).isLocal)
        #expect(refusal("postgres://a@localhost/d", ["PGHOSTADDR": "192.0.2.1", "PGSSLMODE": "disable"])?.code == .settings)
        #expect(refusal("postgres://a@/d", ["PGHOST": "localhost,,x"])?.message.contains("empty host") == true)
        #expect(try settings("postgres://a@/d", ["PGHOST": "", "PGPORT": "77"]).description == "postgres://a@:77/d")
    }

    @Test(
        arguments: [
            ("postgres://a@localhost/d?service=x", [:], "service"), ("postgres://a@localhost/d", ["PGSERVICE": "x"], "PGSERVICE"),
            ("postgres://a@localhost/d?options=-cgeqo%3Doff", [:], "options"),
            ("postgres://a@localhost/d", ["PGOPTIONS": "-c x=y"], "PGOPTIONS"),
            ("postgres://a@localhost/d?replication=database", [:], "replication"),
            ("postgres://a@localhost/d?client_encoding=LATIN1", [:], "client_encoding"),
            ("postgres://a@localhost/d?gssencmode=require", [:], "gssencmode"),
            ("postgres://a@localhost/d?target_session_attrs=best", [:], "target_session_attrs"),
            ("postgres://a@localhost/d?connect_timeout=0", [:], "connect_timeout"),
            ("postgres://a@localhost:0/d", [:], "port"), ("postgres://a@localhost:65536/d", [:], "port"),
            ("postgres://a@localhost,127.0.0.1:1/d?hostaddr=127.0.0.1", [:], "hostaddr"),
            ("host=a,b,c port=1,2 user=x", [:], "2 ports for 3 hosts"),
            ("postgres://a@localhost/d\u{0}?sslmode=disable", [:], "NUL"),
        ] as [(String, [String: String], String)])
    func `what would change the meaning of the address is refused by its name`(
        text: String, environment: [String: String], name: String
    ) throws {
        let error = try #require(refusal(text, environment))
        #expect(error.code == .settings)
        #expect(error.message.contains(name), "\(error)")
    }

    @Test(arguments: [
        "postgres://u:hunter2@more@localhost/d", "postgres://u:12/hunter2@localhost/d", "postgres://u:hunter2/x@localhost/d",
        "postgres://u:hunter2%zz@localhost/d", "postgres://u:hunter2%@localhost/d", "postgres://u:12/d?hunter2=1@localhost/d",
        "postgres://u:hunter2?x@localhost:port/d", "postgres://u@localhost/d?password=x&hunter2", "postgres://u@[hunter2/d",
        "host=localhost password=my hunter2", "host=localhost passwort=hunter2", "hunter2", "password='hunter2",
        "postgres://u:x@localhost/d?sslmode=hunter2", "postgres://u:x@localhost/d?port=hunter2",
        "postgres://u:x@localhost/d?connect_timeout=hunter2",
        "postgres://u:x@localhost/d?target_session_attrs=hunter2",
    ])
    func `no refusal repeats what may be the password`(text: String) throws {
        let error = try #require(refusal(text))
        #expect(error.code == .settings)
        #expect(!"\(error) \(String(reflecting: error))".contains("hunter2"))
    }
}
