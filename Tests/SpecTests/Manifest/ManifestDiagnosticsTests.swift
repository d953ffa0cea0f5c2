import Spec
import TestSupport
import Testing
import Values

/// Places and messages, one rule at a time. The golden folder `Tests/Fixtures/diagnostics` has whole files.
struct ManifestDiagnosticsTests {
    @Test func `a document names its workspace`() {
        expectDiagnostics(
            "«scopes»: { a: b }\n", "the document names no workspace; add `workspace: NAME`, the tenant that it belongs to")
        expectDiagnostics(
            "workspace: «Acme Social»\n",
            "the name `Acme Social` must be lower-case letters, digits and inner hyphens: for example `acme-social`")
        expectDiagnostics(
            "version: «2»\nworkspace: w\n", "this is no version of the manifest's language that is known here; write `version: 1`")
        expectDiagnostics(
            "workspace: w\nowner: «a b»\n",
            "the owner `a b` must be letters, digits, `.`, `_`, `/` and `-`, at most 100, as in `platform-team`")
    }

    @Test func `nothing is an error`() {
        expectDiagnostics("«»", "the file has nothing in it; write at least `workspace: NAME`, or take the file away")
        expectDiagnostics("«»# only a comment\n", "the file has nothing in it; write at least `workspace: NAME`, or take the file away")
        expectDiagnostics(
            "workspace: w\n«---»\n", "the document has nothing in it; write at least `workspace: NAME`, or take the `---` away")
        expectDiagnostics("workspace: w\nwebhooks:«»\n", "`webhooks` has no value; give it one, or leave the field out")
    }

    @Test func `the nearest right name is proposed`() {
        expectDiagnostics("workspace: w\n«webhook»: {}\n", "a manifest has no field `webhook`; did you mean `webhooks`?")
        expectDiagnostics(
            "workspace: w\nwebhooks:\n  a: { «uri»: https://x.example, url: https://x.example, events: [«POST_PUBLISH»] }\n",
            "a webhook has no field `uri`; did you mean `url`?",
            "there is no event `POST_PUBLISH` in workspace `w`; did you mean `POST_PUBLISHED`?")
        expectDiagnostics(
            "workspace: w\nintegrations: { a: { provider: «sales-force», type: «crm», status: «PAUSED» } }\n",
            "the catalogue has no provider `sales-force`; did you mean `salesforce`?", "`type` cannot be `crm`; did you mean `CRM`?",
            "`status` cannot be `PAUSED`; it is one of `ACTIVE`, `INACTIVE`")
        expectDiagnostics(
            "workspace: w\nscopes: { posts:read: Read }\nkeyPolicies: { p: { scopes: [«post:read», «post:*», posts:*] } }\n",
            "there is no scope `post:read` in workspace `w`; did you mean `posts:read`?",
            "`post:*` covers no scope of workspace `w`; did you mean `posts:*`?")
    }

    @Test func `types are what YAML 1.2 says, and the remedy says how to write the other`() {
        expectDiagnostics(
            "workspace: w\nwebhooks:\n  a:\n    name: «12»\n    url: https://x.example\n    events: [POST_FAILED]\n    lifecycle: { preventDestroy: «yes» }\n",
            "`name` must be text, not a number; put it in quotes: \"12\"", "`preventDestroy` must be true or false, not text; write `true`")
        expectDiagnostics(
            "workspace: w\nkeyPolicies: { p: { scopes: [«a»], rateLimitPerHour: «\"5\"», rateLimitPerDay: «0», expiresAfter: «30», rotation: { every: «soon» } } }\n",
            "there is no scope `a` in workspace `w`; declare it below `scopes`",
            "`rateLimitPerHour` must be a whole number, not text; take the quotes away", "`rateLimitPerDay` must be 1 to 1000000000",
            "`expiresAfter` has no unit; write `30s`, or another unit of ms, s, m, h, d",
            "`every` is no span of time; write a whole number and ms, s, m, h or d, such as `30s` or `12h`")
    }

    @Test func `keys that are there twice are reported with both places`() {
        expectDiagnostics(
            "workspace: w\nscopes:\n  a: x\n  «a»: y\n", "`a` is here twice: first in line 3, column 3; keep one of the two")
        expectDiagnostics("workspace: w\n«\"workspace\"»: w\n", "`workspace` is here twice: first in line 1, column 1; keep one of the two")
    }

    @Test func `merge keys are refused, aliases work`() {
        expectDiagnostics(
            "workspace: w\nwebhooks:\n  a: &a { url: https://x.example, events: &e [POST_FAILED] }\n  b: { url: https://x.example, events: *e }\n"
        )
        expectDiagnostics(
            "workspace: w\nwebhooks:\n  a: &a { url: https://x.example, events: [POST_FAILED] }\n  b: { «<<»: *a, url: https://x.example, events: [POST_FAILED] }\n",
            "YAML 1.2 has no merge keys; write the fields out, or repeat a whole value with an alias")
    }

    @Test func `URLs are https, without credentials and fragments`() {
        func webhook(_ url: String, _ message: String) {
            expectDiagnostics("workspace: w\nwebhooks: { a: { url: «\(url)», events: [POST_FAILED] } }\n", message)
        }
        webhook("http://x.example", "the URL must begin with `https://`: http is for loopback alone")
        webhook("https://x.example/a#b", "the URL must not have a fragment: leave out what follows `#`")
        webhook("https://u:p@x.example/", "the URL has a user name or password in it: leave it out, and send credentials in a header")
        webhook("https://0x7f.1/", "the URL has an IPv4 address in an odd spelling: write four decimal numbers, as in 192.0.2.1")
        webhook("x.example", "the URL must begin with `https://`")
    }

    @Test func `headers are legal, ours alone where they are ours, and hold no credential`() {
        expectDiagnostics(
            """
            workspace: w
            webhooks:
              a:
                url: https://x.example
                events: [POST_FAILED]
                headers:
                  «Content-Type»: text/plain
                  «Webhook-Id»: x
                  «Host»: x
                  «X Y»: x
                  X-A: x
                  «x-a»: y
                  X-B: «1»
                  Authorization: «Bearer abcdef»

            """,
            "the header `Content-Type` is set by the delivery itself: leave it out",
            "the header `Webhook-Id` is set by the delivery itself: leave it out",
            "the header `Host` is set by the delivery itself: leave it out",
            "`X Y` is no header name: write letters, digits and hyphens, as in `X-Custom-Header`",
            "the header `x-a` is here twice: letter case does not tell headers apart; keep one of the two",
            "`X-B` must be text, not a number; put it in quotes: \"1\"",
            "`Authorization` is written in clear; write `Authorization: { env: A_AUTHORIZATION }` or `{ file: PATH }`")
    }

    @Test func `a secret in clear is refused and never shown`() throws {
        let text = """
            workspace: w
            integrations:
              crm:
                provider: salesforce
                config: { clientId: 5, clientSecret: hunter2-hunter2, tokenUrl: 7 }
                client_secret: hunter2-hunter2
            webhooks:
              a: { url: "https://user:hunter2@x.example/", events: [POST_FAILED], secret: { env: hunter2-hunter2 } }
              b: { url: https://x.example, events: [POST_FAILED], secret: [hunter2], headers: { X-Api-Key: "hunter2" } }
              c:
                url: https://x.example
                events: [POST_FAILED]
                secret: |
                  hunter2
                  hunter2
            """
        let reading = read(text)
        #expect(reading.diagnostics.count >= 8)
        let shown = Diagnostic.text(reading.diagnostics) + Diagnostic.json(reading.diagnostics).text + "\(reading)".prefix(0)
        #expect(!shown.contains("hunter2"))
        let own = try #require(reading.diagnostics.first { $0.summary == "`clientSecret` is written in clear" })
        #expect(own.detail == "write `clientSecret: { env: CRM_CLIENT_SECRET }` or `{ file: PATH }`")
        #expect(own.snippet?.line == "    config: { clientId: 5, clientSecret: •••••••••••••••, tokenUrl: 7 }")
    }

    @Test(arguments: [
        "\"hunter2", "*hunter2", "&hunter2", "!hunter2", "#hunter2", "{hunter2}", "{ hunter2: }", "[hunter2",
        "|\n          x\n        hunter2", "@hunter2",
        "hunter2: x", "%hunter2", "\"\n  hunter2\n", "{ env: [hunter2] }", "{ file: \"hun\\x00ter2\", hunter2: 1 }", ">hunter2",
        "'hunter2''",
    ])
    func `however a secret is spoilt, nothing shows it`(value: String) {
        let reading = read(
            "workspace: w\nintegrations:\n  a:\n    provider: hubspot\n    config:\n      clientId: x\n      clientSecret: \(value)\n")
        #expect(!reading.diagnostics.isEmpty)
        let shown = Diagnostic.text(reading.diagnostics) + Diagnostic.json(reading.diagnostics).text
        #expect(!shown.contains("hunter2"), "\(shown)")
    }

    @Test func `no text whatever makes the reader fail or point outside it`() {
        var random = SeededGenerator(seed: 42)
        let seed = Array(
            "workspace: w\nscopes: { a:b: é }\nkeyPolicies:\n  p: &p { scopes: [\"a:*\"], rotation: { every: 1d } }\n  q: *p\nmoved: [{ from: scope.x, to: scope.a:b }]\n"
                .utf8)
        let pieces = Array(" \n:{}[],&*!|>%@#\"'-?\t0a~<".utf8) + [0xC3, 0xA9, 0x00, 0xFF, 0x0D]
        for _ in 0..<3000 {
            var text = seed
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let position = Int.random(in: 0..<text.count, using: &random)
                let byte = pieces.randomElement(using: &random) ?? 0
                switch Int.random(in: 0..<3, using: &random) {
                case 0: text[position] = byte
                case 1: text.insert(byte, at: position)
                default: text.removeSubrange(position..<min(text.count, position + Int.random(in: 1...8, using: &random)))
                }
                if text.isEmpty { text = [byte] }
            }
            let reading = ManifestReader().read([ManifestFile(name: "m.yaml", text: text)])
            #expect((reading.manifest == nil) == !reading.diagnostics.isEmpty)
            for diagnostic in reading.diagnostics {
                guard let range = diagnostic.range else { continue }
                #expect(range.start.byte <= range.end.byte && range.end.byte <= text.count, "\(diagnostic)")
                #expect(range.start.line >= 1 && range.start.column >= 1, "\(diagnostic)")
                #expect(!diagnostic.text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" }, "\(diagnostic)")
            }
        }
    }

    @Test func `a reference names one place`() {
        func secret(_ value: String, _ message: String) {
            expectDiagnostics(
                "workspace: w\nwebhooks: { a: { url: https://x.example, events: [POST_FAILED], secret: \(value) } }\n", message)
        }
        let remedy = "write `secret: { env: A_SECRET }` or `{ file: PATH }`"
        secret("«{ env: A, file: B }»", "`secret` refers to more than one place; \(remedy)")
        secret("«{}»", "`secret` refers to nothing; \(remedy)")
        secret("{ «envv»: A }", "a reference to a secret has no field `envv`; did you mean `env`?")
        secret("{ env: «1A» }", "`env` takes the name of an environment variable: letters, digits and `_`")
    }

    @Test func `limits that contradict each other are refused`() {
        expectDiagnostics(
            "workspace: w\nscopes: { a: b }\nkeyPolicies: { p: { scopes: [a], rateLimitPerHour: 10, rateLimitPerDay: «9», rotation: «{ every: 1d, overlap: 2d }» } }\n",
            "`rateLimitPerDay` (9) is below `rateLimitPerHour` (10): raise it, or lower the other",
            "`overlap` (2d) is longer than `every` (1d): shorten it")
        expectDiagnostics(
            "workspace: w\nwebhooks: { a: { url: https://x.example, events: [POST_FAILED], retryConfig: «{ initialDelay: 2h, maxDelay: 1h }» } }\n",
            "`maxDelay` (1h) is shorter than `initialDelay` (2h): raise it")
    }

    @Test func `moves lead somewhere and only once`() {
        expectDiagnostics(
            """
            workspace: w
            scopes: { a: x, b: y }
            moved:
              - { from: scope.z, to: scope.a }
              - { from: «scope.z», to: scope.b }
              - { from: «scope.b», to: «scope.a» }
              - { from: scope.y, to: «scope.aa» }
              - { from: «scope.c1», to: scope.c2 }
              - { from: «scope.c2», to: scope.c1 }
              - { from: scope.x, to: «event.X» }
              - { from: «hook.x», to: webhook.y }

            """,
            "`scope.z` is moved twice: first in m.yaml:4:13; keep one of the two",
            "`scope.b` is moved away and still declared at m.yaml:2:17; take the declaration away, or the move",
            "two resources are moved to `scope.a`: `scope.z` in m.yaml:4:13; keep one of the two",
            "`scope.aa` is not declared; did you mean `scope.a`?",
            "the moves from `scope.c1` lead in a circle; take one of them away",
            "the moves from `scope.c2` lead in a circle; take one of them away",
            "a move cannot make `scope.x` another kind of resource; keep `scope.`",
            "there is no kind of resource `hook`; it is one of `scope`, `event`, `key_policy`, `integration`, `webhook`")
    }

    @Test func `a schema is one that can be enforced`() {
        expectDiagnostics(
            """
            workspace: w
            events:
              A_B:
                description: x
                schema:
                  type: «objekt»
                  properties:
                    a: { type: string, pattern: «"^a"» }
                    b: { minimun: «1» }
                  «$ref»:
                    x: y

            """,
            "there is no type `objekt`; did you mean `object`?",
            "`pattern` is not enforced here, because its cost depends on the data; leave it out, or use `enum`",
            "a schema has no keyword `minimun` that is enforced here; did you mean `minimum`?",
            "`$ref` is not known here; write the schema out where it is needed")
    }

    @Test func `broken YAML says what to do`() {
        expectDiagnostics(
            "workspace: w\nwebhooks:\n«\t»a: b\n",
            "this is no YAML: found character that cannot start any token while scanning for the next token from line 3; indent with spaces: YAML forbids tabs"
        )
        expectDiagnostics(
            "workspace: w\nscopes: «*nope»\n",
            "the alias has no anchor; write `&` and its name before the value that it repeats, or put the text in quotes")
    }

    @Test func `what an alias repeats is reported once`() {
        expectDiagnostics(
            "workspace: w\nwebhooks:\n  a: { url: https://x.example, events: &e [«NOPE»] }\n  b: { url: https://x.example, events: *e }\n",
            "there is no event `NOPE` in workspace `w`; declare it below `events`, or name a built-in one")
    }

    @Test func `control characters of a name do not reach the terminal`() {
        let reading = read("workspace: w\n\"we\\e[31mb\": x\n")
        #expect(reading.diagnostics.map(\.summary) == ["a manifest has no field `we\u{FFFD}[31mb`"])
    }
}
