import Foundation
import OpenSSL
import Spec
import TestSupport
import Testing
import Values

/// Every flow with marked secrets; then whatever the product has written anywhere is searched for them.
@Suite(.serialized)
struct CanaryTests {
    @Test func `no secret is found in any output, file or database, in any form`() async throws {
        var scene = try await Scene()
        try await scene.reconcile()
        try await scene.serve()
        try await scene.operate()
        #expect(!scene.heard.isEmpty)
        for (place, bytes) in scene.heard { #expect(scene.marks.found(in: bytes) == [], "in \(place)") }

        // Killed and not stopped, so that the write-ahead log is there to be searched.
        let files = try FileManager.default.subpathsOfDirectory(atPath: scene.bench.folder.path)
        #expect(files.contains("state.sqlite") == TestState.isFile)
        let traces = try scene.bench.folder.state.traces()
        #expect(traces.isEmpty == TestState.isFile)
        for (place, bytes) in traces { #expect(scene.marks.found(in: bytes) == [], "in \(place)") }
        for file in files {
            guard let bytes = FileManager.default.contents(atPath: scene.bench.folder.file(file)) else { continue }
            #expect(scene.marks.found(in: bytes) == [], "in the file \(file)")
        }
        await scene.provider.stop()
        await scene.receiver.stop()
    }

    @Test func `a literal secret in a manifest is refused without being shown`() async throws {
        let bench = try Workbench()
        let secret = "canary-literal-\(UUID().uuidString)"
        var marks = Marks()
        marks.add("the literal", secret)
        let path = try bench.folder.write(
            """
            version: 1
            workspace: acme
            integrations:
              one:
                name: One
                type: CUSTOM
                provider: custom
                config:
                  authorizationUrl: https://provider.example/authorize
                  tokenUrl: https://provider.example/token
                  clientId: client
                  clientSecret: \(secret)
            webhooks:
              two: { name: Two, url: "https://receiver.example/", events: [POST_PUBLISHED], secret: "\(secret)" }
            """, to: "manifest.yaml")
        for arguments in [
            ["validate", path], ["validate", path, "--format", "json"], ["plan", path], ["apply", path, "--auto-approve"],
        ] {
            let process = try bench.start(arguments)
            #expect(try await process.ended().code == 3, "\(process.said)")
            #expect(marks.found(in: process.everything) == [], "\(arguments)")
            #expect((process.output + process.errors).contains("env:"), "it does not say how to write a reference\n\(process.said)")
        }
    }

    /// What the flows share: the secrets that are marked, and all that was heard.
    private struct Scene {
        let bench: Workbench
        /// What people keep for themselves: secret files, `--secrets-out`.
        let vault = TemporaryFolder("vault")
        let provider: ScriptedProvider
        let receiver: ScriptedReceiver
        let changedSecret = Self.signingSecret()
        var marks = Marks()
        var heard: [(place: String, bytes: [UInt8])] = []
        var manifest = ""

        init() async throws {
            let variables = [
                "CLIENT_SECRET": Self.mark("client-secret"), "HEADER_SECRET": Self.mark("header"), "HOOK_SECRET": Self.signingSecret(),
                "ENCRYPTION_KEY": Self.mark("encryption-key"), "RECONCILE_JWT_SECRET": Self.mark("jwt-secret"),
            ]
            bench = try Workbench(variables)
            provider = try await ScriptedProvider.start()
            receiver = try await ScriptedReceiver.start { _ in .respond(200, body: Array("thanks".utf8)) }
            for (name, value) in variables { marks.add(name, value) }
            marks.add("the changed webhook secret", changedSecret)
            let filed = Self.mark("file-secret")
            marks.add("the file's secret", filed)
            let file = try vault.write(filed, to: "client-secret")
            manifest = try bench.folder.write(
                Self.manifest(provider: provider.url, receiver: receiver.url, file: file), to: "manifest.yaml")
        }

        /// Everything that goes through manifests.
        mutating func reconcile() async throws {
            for format in ["text", "json"] { try await hear("validate", manifest, "--format", format) }
            for format in ["text", "json", "markdown"] { try await hear("plan", manifest, "--format", format) }
            try await hear("plan", manifest, "--out", "saved.plan")
            let generated = vault.file("generated-secrets")
            try await hear("apply", "saved.plan", "--auto-approve", "--secrets-out", generated)
            let shown = try JSON(parsing: String(contentsOfFile: generated, encoding: .utf8))
            let secrets = (shown.object?.members ?? []).compactMap(\.value.string)
            #expect(secrets.count == 1)
            for secret in secrets { marks.add("a generated webhook secret", secret) }
            let mode = try FileManager.default.attributesOfItem(atPath: generated)[.posixPermissions] as? Int
            #expect(mode == 0o600)

            // A changed secret shows as changed.
            let change = ["HOOK_SECRET": changedSecret]
            for format in ["text", "json", "markdown"] {
                let plan = try await hear("plan", manifest, "--format", format, environment: change)
                if format == "text" { #expect(plan.output.contains("(changed)"), "\(plan.output)") }
            }
            try await hear("apply", manifest, "--auto-approve", environment: change)
            for format in ["text", "json"] {
                try await hear("history", "--format", format)
                try await hear("drift", "--format", format)
            }
            try await hear("rollback", "1", "--auto-approve")
            try await hear("export")
        }

        /// Everything that goes through the runtime.
        mutating func serve() async throws {
            let runtime = try await bench.serve("--log-level", "trace")
            for (name, value) in runtime.admin.headers where name == "Authorization" {
                marks.add("the bearer token", String(value.dropFirst(7)))
            }
            try await connect(runtime)

            // What is made over HTTP shows its secret once.
            let hook = try await runtime.admin.post(
                "/api/integrations/webhooks",
                ["name": "Made", "url": .string("\(receiver.url)/made"), "events": ["*"], "headers": ["X-Plain": "plain"]]
            ).expect(201)
            marks.add("the made webhook's secret", try #require(hook.json["secret"]?.string))
            let clientSecret = Self.mark("posted-client-secret")
            marks.add("the posted client secret", clientSecret)
            let made = try await runtime.admin.post(
                "/api/integrations",
                [
                    "name": "Posted", "type": "CUSTOM", "provider": "custom",
                    "config": [
                        "authorizationUrl": .string("\(provider.url)/authorize"), "tokenUrl": .string("\(provider.url)/token"),
                        "clientId": "posted-client", "clientSecret": .string(clientSecret),
                    ],
                ]
            ).expect(201)
            heard.append(("the created integration", made.body))
            let (_, key) = try await runtime.createKey("Marked")
            marks.add("the API key", key)
            marks.add("the API key's random part", String(key.split(separator: "_").last ?? ""))
            _ = try await runtime.check(key).expect(200)
            _ = try await runtime.check(key, query: "?scope=posts:write").expect(403)
            _ = try await runtime.admin.post("/api/integrations/api-keys/verify", ["key": .string(key)]).expect(200)
            _ = try await runtime.admin.post("/api/events", ["event": "POST_PUBLISHED", "data": ["postId": "1"]]).expect(202)
            await receiver.waitForRequests(3)
            for request in receiver.requests where request.path == "/declared" {
                #expect(request.header("X-Marked") == bench.environment["HEADER_SECRET"])
            }

            // Credentials that are refused are not repeated in a log either.
            for header in ["Bearer \(Self.mark("refused-token"))", "Bearer sk_live_\(Self.mark("refused-key"))"] {
                marks.add("a refused credential", String(header.dropFirst(7)))
                for path in ["/api/integrations", "/auth/check", "/api/events"] {
                    let refused = try await runtime.anybody.call("GET", path, headers: [("Authorization", header)])
                    heard.append(("the refusal of GET \(path)", refused.body))
                }
            }
            try await readEverything(runtime)
            try await runtime.process.killNow()
            heard.append(("the log of serve", runtime.process.everything))
        }

        /// The answer of every GET that the document lists; one that nobody here knows how to ask is a failure.
        private mutating func readEverything(_ runtime: ServingRuntime) async throws {
            // One shows a secret on purpose, and the others were asked above and belong to browsers and proxies.
            let elsewhere: Set<String> = [
                "/api/integrations/webhooks/{id}/secret", "/api/integrations/oauth/start", "/api/integrations/oauth/callback",
                "/auth/check",
                "/auth/check/{rest}",
            ]
            var objects: [String: [String]] = [:]
            func filled(_ path: String) -> [String] {
                guard let open = path.firstIndex(of: "{"), let close = path.firstIndex(of: "}") else { return [path] }
                let collection = path[..<open].dropLast()
                return (objects[String(collection)] ?? []).flatMap { filled("\(collection)/\($0)\(path[path.index(after: close)...])") }
            }
            let document = try await runtime.anybody.get("/openapi.json").expect(200).json
            let offered = (document["paths"]?.object?.members ?? []).filter { $0.value["get"] != nil }.map(\.key)
            #expect(offered.count >= 17, "the document lists too little: \(offered)")
            // The shorter ones first: the items of lists fill in the longer ones.
            for template in offered.sorted(by: { $0.count < $1.count }) where !elsewhere.contains(template) {
                let paths = filled(template)
                if paths.isEmpty { Issue.record("GET \(template) is asked by nobody: make an object for it, or say why not") }
                for path in paths {
                    let answer = try await runtime.admin.get(path)
                    #expect(answer.status == 200, "GET \(path): \(answer.text)")
                    heard.append(("GET \(path)", answer.body))
                    objects[path] = (answer.json["data"]?.array ?? []).compactMap { $0["id"]?.string }
                }
            }
            for path in ["/api/integrations?includePublic=true", "/api/events?limit=1"] {
                heard.append(("GET \(path)", try await runtime.admin.get(path).expect(200).body))
            }
        }

        /// What remains of the command line, on the state that the runtime has left.
        mutating func operate() async throws {
            try await hear("export", "--all")
            let created = try await bench.succeed("keys", "create", "--name", "From the command line", "--scope", "posts:read")
            let key = created.output.trimmingCharacters(in: .whitespacesAndNewlines)
            marks.add("the key of keys create", key)
            heard.append(("standard error of keys create", Array(created.errors.utf8)))
            for format in ["text", "json"] {
                try await hear("keys", "list", "--format", format)
                try await hear("webhooks", "list", "--format", format)
                try await hear("webhooks", "deliveries", "declared", "--format", format)
                try await hear("connections", "list", "--format", format)
            }
            try await hear("keys", "verify", key)
            try await hear("events", "send", "POST_PUBLISHED", "--data", "{\"postId\": 2}")
            // Where a secret is meant to be shown, it is, and nowhere beside.
            let shown = try await bench.succeed("webhooks", "secret", "declared")
            #expect(shown.output.trimmingCharacters(in: .whitespacesAndNewlines).hasPrefix("whsec_"))
            heard.append(("standard error of webhooks secret", Array(shown.errors.utf8)))
            let newKey = Self.mark("new-encryption-key")
            marks.add("the new encryption key", newKey)
            let rotation = ["ENCRYPTION_KEY": newKey, "ENCRYPTION_KEY_PREVIOUS": bench.environment["ENCRYPTION_KEY"] ?? ""]
            try await hear(["secrets", "rotate"], environment: rotation)
        }

        /// An OAuth connection: state, code, verifier, two pairs of tokens.
        private mutating func connect(_ runtime: ServingRuntime) async throws {
            let list = try await runtime.admin.get("/api/integrations").expect(200)
            let id = try #require(list.json["data"]?.array?.first { $0["name"]?.string == "Marked" }?["id"]?.string)
            let started = try await runtime.admin.post(
                "/api/integrations/\(id)/oauth/initiate", ["redirectUri": "https://app.example/callback"]
            ).expect(200)
            let state = try #require(started.json["state"]?.string)
            marks.add("the OAuth state", state)
            let code = Self.mark("code")
            marks.add("the authorization code", code)
            let connected = try await runtime.anybody.post(
                "/api/integrations/oauth/callback", ["code": .string(code), "state": .string(state)])
            #expect((200..<300).contains(connected.status), "\(connected.text)")
            heard.append(("the callback's answer", connected.body))
            let refreshed = try await runtime.admin.post("/api/integrations/\(id)/oauth/refresh")
            #expect((200..<300).contains(refreshed.status), "\(refreshed.text)")
            heard.append(("the refresh's answer", refreshed.body))
            #expect(provider.issued.count == 4)
            for token in provider.issued { marks.add("a token", token) }
            // The verifier is in the form that the provider got.
            let verifier = provider.forms.lazy.flatMap { $0.split(separator: "&") }.first { $0.hasPrefix("code_verifier=") }
            marks.add("the PKCE verifier", String(try #require(verifier).dropFirst("code_verifier=".count)))
            let again = try await runtime.anybody.post(
                "/api/integrations/oauth/callback", ["code": .string(code), "state": .string(state)])
            #expect((400..<500).contains(again.status))
            heard.append(("the replayed callback's answer", again.body))
        }

        @discardableResult
        private mutating func hear(_ arguments: String..., environment: [String: String] = [:]) async throws -> Outcome {
            try await hear(arguments, environment: environment)
        }

        @discardableResult
        private mutating func hear(_ arguments: [String], environment: [String: String] = [:]) async throws -> Outcome {
            let process = try bench.start(arguments, environment: environment)
            let exit = try await process.ended()
            #expect(exit.code == 0, "reconcile \(arguments.joined(separator: " "))\n\(process.said)")
            heard.append(("reconcile \(arguments.joined(separator: " "))", process.everything))
            return Outcome(code: exit.code, output: process.output, errors: process.errors, everything: process.everything)
        }

        private static func mark(_ what: String) -> String { "canary-\(what)-\(Hex.encode(randomBytes(16)))" }
        private static func signingSecret() -> String { "whsec_" + Base64.encode(randomBytes(24)) }

        private static func manifest(provider: String, receiver: String, file: String) -> String {
            """
            version: 1
            workspace: acme
            scopes:
              posts:read: Read posts
              posts:write: Write posts
            integrations:
              marked:
                name: Marked
                type: CUSTOM
                provider: custom
                redirectUris: ["https://app.example/callback"]
                config:
                  authorizationUrl: \(provider)/authorize
                  tokenUrl: \(provider)/token
                  revocationUrl: \(provider)/revoke
                  pkce: true
                  clientId: marked-client
                  clientSecret: { env: CLIENT_SECRET }
              filed:
                name: Filed
                type: CUSTOM
                provider: custom
                redirectUris: ["https://app.example/callback"]
                config:
                  authorizationUrl: \(provider)/authorize
                  tokenUrl: \(provider)/token
                  clientId: filed-client
                  clientSecret: { file: \(file) }
            webhooks:
              declared:
                name: Declared
                url: \(receiver)/declared
                events: [POST_PUBLISHED]
                headers: { X-Marked: { env: HEADER_SECRET } }
                secret: { env: HOOK_SECRET }
              generated:
                name: Generated
                url: \(receiver)/generated
                events: [POST_PUBLISHED]
            """
        }
    }
}
