import Foundation
import TestSupport
import Testing
import Values

/// How the program ends, which scripts rely on: each number of the list, from a real process.
@Suite(.serialized)
struct ProcessTests {
    private static let one = """
        version: 1
        workspace: acme
        webhooks:
          first: { name: First, url: "https://receiver.example/first", events: [POST_PUBLISHED], secret: { env: HOOK_SECRET } }
        """
    private static let changed = one.replacingOccurrences(of: "/first", with: "/elsewhere")

    private func bench() throws -> Workbench {
        try Workbench(["HOOK_SECRET": "whsec_ZTJlLXRlc3Qtc2VjcmV0LW9ubHktMzItYnl0ZXMhISE="])
    }

    @Test func `plan ends with 0, and with 2 where --detailed-exitcode asks and there are changes`() async throws {
        let bench = try bench()
        let path = try bench.folder.write(Self.one, to: "manifest.yaml")
        let plain = try await bench.run("plan", path)
        #expect(plain.code == 0, "\(plain.said)")
        #expect(plain.lastLine == "Plan: 1 to add, 0 to change, 0 to destroy.")
        #expect(try await bench.run("plan", path, "--detailed-exitcode").code == 2)
        #expect(try await bench.run("plan", path, "--detailed-exitcode", "--format", "json").code == 2)
        try await bench.succeed("apply", path, "--auto-approve")
        #expect(try await bench.run("plan", path, "--detailed-exitcode").code == 0)
    }

    @Test func `apply without a terminal and without --auto-approve ends with 1, says so and applies nothing`() async throws {
        let bench = try bench()
        let path = try bench.folder.write(Self.one, to: "manifest.yaml")
        let refused = try await bench.run("apply", path)
        #expect(refused.code == 1, "\(refused.said)")
        #expect(refused.errors.contains("--auto-approve"))
        #expect(try await bench.run("plan", path, "--detailed-exitcode").code == 2)
    }

    @Test func `a wrong manifest ends with 3 in every format`() async throws {
        let bench = try bench()
        let path = try bench.folder.write(Self.one.replacingOccurrences(of: "POST_PUBLISHED", with: "POST_PUBLISHD"), to: "manifest.yaml")
        for arguments in [
            ["validate", path], ["plan", path], ["apply", path, "--auto-approve"], ["validate", path, "--format", "json"],
        ] {
            let process = try bench.start(arguments)
            #expect(try await process.ended().code == 3, "\(arguments)\n\(process.said)")
            #expect((process.output + process.errors).contains("POST_PUBLISHED"), "no nearest name\n\(process.said)")
        }
    }

    @Test func `a saved plan that the state has left behind ends with 4, and so does a digest that nobody reviewed`() async throws {
        let bench = try bench()
        let path = try bench.folder.write(Self.one, to: "manifest.yaml")
        try await bench.succeed("apply", path, "--auto-approve")
        let change = try bench.folder.write(Self.changed, to: "manifest.yaml")
        try await bench.succeed("plan", change, "--out", "saved.plan")
        let other = try bench.folder.write(Self.one.replacingOccurrences(of: "/first", with: "/third"), to: "manifest.yaml")
        try await bench.succeed("apply", other, "--auto-approve")
        let stale = try await bench.run("apply", "saved.plan", "--auto-approve")
        #expect(stale.code == 4, "\(stale.said)")
        let digest = try await bench.run("apply", change, "--auto-approve", "--plan-digest", String(repeating: "0", count: 64))
        #expect(digest.code == 4, "\(digest.said)")
    }

    @Test func `a saved plan applies while nothing has moved, and ends with 4 once a secret is another`() async throws {
        let bench = try bench()
        let path = try bench.folder.write(Self.one, to: "manifest.yaml")
        try await bench.succeed("plan", path, "--out", "saved.plan")
        let other = try await bench.run(
            "apply", "saved.plan", "--auto-approve", environment: ["HOOK_SECRET": "whsec_YW5vdGhlci1zZWNyZXQtb25seS0yNC1i"])
        #expect(other.code == 4, "\(other.said)")
        try await bench.succeed("apply", "saved.plan", "--auto-approve")
        #expect(try await bench.run("plan", path, "--detailed-exitcode").code == 0)
    }

    @Test func `a second serve on a state ends with 5 and leaves the first alone`() async throws {
        let bench = try bench()
        try await bench.apply(Self.one)
        let first = try await bench.serve()
        let port = try await freePort()
        let second = try await bench.run("serve", "--listen", "127.0.0.1:\(port)", within: .seconds(20))
        #expect(second.code == 5, "\(second.said)")
        #expect(try await first.anybody.get("/readyz").status == 200)
        #expect(try await first.stop().code == 0)
        // The lock goes with its holder.
        let third = try await bench.serve()
        try await third.process.killNow()
        let fourth = try await bench.serve()
        #expect(try await fourth.stop().code == 0)
    }

    @Test(.enabled(if: hasIPv6, "this machine has no IPv6 loopback"))
    func `an IPv6 address is shown in brackets, where it serves and where it is taken`() async throws {
        let bench = try bench()
        let serving = try bench.start(["serve", "--listen", "[::1]:0"])
        let line = try await serving.line(containing: "Serving")
        let url = try #require(line.split(separator: " ").last)
        #expect(url.hasPrefix("http://[::1]:"), "\(line)")
        let address = url.dropFirst("http://".count)
        let second = try await self.bench().run("serve", "--listen", String(address), within: .seconds(20))
        #expect(second.code == 1)
        #expect(second.errors.hasPrefix("error: \(address) is taken: another program listens there"), "\(second.said)")
        try await serving.stop()
    }

    private static let hasIPv6 =
        (try? String(contentsOfFile: "/proc/net/if_inet6", encoding: .utf8))?.contains("00000000000000000000000000000001") == true

    @Test func `a taken address ends serve and events listen with 1 and one sentence`() async throws {
        let bench = try bench()
        try await bench.apply(Self.one)
        let other = try await ScriptedReceiver.start { _ in .hang }
        let address = "127.0.0.1:\(other.port)"
        let serve = try await bench.run("serve", "--listen", address, within: .seconds(20))
        #expect(serve.code == 1)
        #expect(
            serve.errors
                == "error: \(address) is taken: another program listens there; choose another address with --listen, or end what is there\n"
        )
        let listen = try await bench.run("events", "listen", "--port", "\(other.port)", within: .seconds(20))
        #expect(listen.code == 1)
        #expect(
            listen.errors
                == "error: \(address) is taken: another program listens there; choose another port with --port, or end what is there\n")
        await other.stop()
    }

    @Test(.enabled(if: Peer.git.isExpected, "\(Peer.git.absence)"))
    func `serve with manifests records the commit that they are from`() async throws {
        let bench = try bench()
        let path = try bench.folder.write(Self.one, to: "repository/manifest.yaml")
        let git = """
            cd repository && git init -q && git add . && git -c user.name=Ann -c user.email=ann@example.com commit -q -m First && \
            git rev-parse HEAD
            """
        let made = try RunningProcess("/bin/sh", ["-c", git], environment: bench.environment, folder: bench.folder.path)
        #expect(try await made.ended().code == 0, "\(made.said)")
        let commit = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
        let runtime = try await bench.serve(path)
        let revision = try await eventually("a revision") {
            try await bench.run("history", "--format", "json").json["data"]?.array?.first
        }
        #expect(revision["commit"] == .string(commit))
        #expect(revision["dirty"] == false)
        #expect(revision["actor"] == "reconcile serve")
        try await runtime.stop()
    }

    @Test(.enabled(if: Peer.git.isExpected, "\(Peer.git.absence)"))
    func `with more than a thousand connections open, what git says of new manifests is recorded`() async throws {
        let bench = try bench()
        let path = try bench.folder.write(Self.one, to: "repository/manifest.yaml")
        let git = "cd repository && git init -q && git add . && git -c user.name=Ann -c user.email=ann@example.com commit -q -m First"
        let made = try RunningProcess("/bin/sh", ["-c", git], environment: bench.environment, folder: bench.folder.path)
        #expect(try await made.ended().code == 0, "\(made.said)")
        let runtime = try await bench.serve(path, "--interval", "1s")
        let open = """
            import socket, time
            held = [socket.create_connection(("127.0.0.1", \(runtime.port))) for _ in range(1500)]
            print("all open", flush=True)
            time.sleep(60)
            """
        let clients = try RunningProcess(
            "/bin/bash", ["-c", "ulimit -n $(ulimit -Hn); exec python3 -c '\(open)'"], environment: bench.environment)
        try await clients.line(containing: "all open")
        try bench.folder.write(Self.changed, to: "repository/manifest.yaml")
        let newest = try await eventually("a second revision", within: .seconds(20)) {
            let found = try await bench.run("history", "--format", "json").json["data"]?.array ?? []
            return found.count == 2 ? found.first : nil
        }
        #expect(newest["dirty"] == true)
        try await clients.killNow()
        try await runtime.stop()
    }

    @Test func `the help of a command that is not there ends with 64`() async throws {
        let bench = try bench()
        for arguments in [["keys", "nope", "--help"], ["help", "nope"]] {
            let process = try bench.start(arguments)
            #expect(try await process.ended().code == 64, "\(process.said)")
        }
        #expect(try await bench.run("keys", "--help").code == 0)
        #expect(try await bench.run("help", "keys", "create").code == 0)
    }

    @Test func `a manifest may come from the shell's own pipe`() async throws {
        let bench = try bench()
        try bench.folder.write(Self.one, to: "manifest.yaml")
        let shell = try RunningProcess(
            "/bin/bash", ["-c", "\(Workbench.binary) validate <(cat manifest.yaml)"], environment: bench.environment,
            folder: bench.folder.path)
        #expect(try await shell.ended().code == 0, "\(shell.said)")
        #expect(shell.output == "Valid: 1 resource in 1 file.\n")
    }

    @Test(.enabled(if: TestState.holder.isExpected, "\(TestState.holder.absence)"))
    func `a state that another process keeps locked ends with 5`() async throws {
        let bench = try bench()
        try await bench.apply(Self.one)
        let holder = try await bench.folder.state.hold()
        let path = try bench.folder.write(Self.changed, to: "manifest.yaml")
        let locked = try await bench.run("apply", path, "--auto-approve", within: .seconds(45))
        #expect(locked.code == 5, "\(locked.said)")
        try await holder.killNow()
        #expect(try await bench.run("plan", path, "--detailed-exitcode").code == 2)
    }

    @Test(.enabled(if: TestState.holder.isExpected, "\(TestState.holder.absence)"))
    func `Ctrl-C before the commit ends with 130 and nothing applied`() async throws {
        let bench = try bench()
        try await bench.apply(Self.one)
        let holder = try await bench.folder.state.hold()
        let path = try bench.folder.write(Self.changed, to: "manifest.yaml")
        let waiting = try bench.start(["apply", path, "--auto-approve"])
        // The plan is printed before the transaction, which cannot begin while the holder lives.
        try await waiting.line(containing: "Plan: 0 to add, 1 to change, 0 to destroy.")
        waiting.signal(SIGINT)
        #expect(try await waiting.ended(within: .seconds(10)).code == 130, "\(waiting.said)")
        try await holder.killNow()
        #expect(try await bench.run("plan", path, "--detailed-exitcode").code == 2)
    }

    @Test func `the guards end with 6 and change nothing`() async throws {
        let bench = try bench()
        let many = (0..<20).map { "  hook-\($0): { name: Hook \($0), url: \"https://receiver.example/\($0)\", events: [POST_PUBLISHED] }" }
        let head = "version: 1\nworkspace: acme\nwebhooks:\n"
        try await bench.apply(head + many.joined(separator: "\n"))

        // --max-deletes: 30 % of 20 is 6.
        let seven = try bench.folder.write(head + many.dropLast(7).joined(separator: "\n"), to: "manifest.yaml")
        let tooMany = try await bench.run("apply", seven, "--auto-approve")
        #expect(tooMany.code == 6, "\(tooMany.said)")
        #expect(tooMany.errors.contains("--max-deletes"))
        let six = try bench.folder.write(head + many.dropLast(6).joined(separator: "\n"), to: "manifest.yaml")
        try await bench.succeed("apply", six, "--auto-approve")

        // preventDestroy holds although its block is gone.
        let kept =
            "  kept: { name: Kept, url: \"https://receiver.example/kept\", events: [POST_PUBLISHED], lifecycle: { preventDestroy: true } }"
        let rest = many.dropLast(6).joined(separator: "\n")
        try await bench.apply(head + rest + "\n" + kept)
        let without = try bench.folder.write(head + rest, to: "manifest.yaml")
        let prevented = try await bench.run("apply", without, "--auto-approve")
        #expect(prevented.code == 6, "\(prevented.said)")
        #expect(prevented.errors.contains("preventDestroy"))

        // No manifest at all is never a plan to delete everything.
        try FileManager.default.createDirectory(atPath: bench.folder.file("empty"), withIntermediateDirectories: true)
        for command in ["plan", "apply"] {
            let arguments = [command, "empty"] + (command == "apply" ? ["--auto-approve"] : [])
            let process = try bench.start(arguments)
            #expect(try await process.ended().code == 6, "\(process.said)")
        }
        #expect(try await bench.run("plan", without, "--detailed-exitcode", "--no-prune").code == 0)
    }

    @Test func `what another owner declares ends with 7`() async throws {
        let bench = try bench()
        try await bench.apply(Self.one.replacingOccurrences(of: "workspace: acme", with: "workspace: acme\nowner: platform"))
        let path = try bench.folder.write(
            Self.changed.replacingOccurrences(of: "workspace: acme", with: "workspace: acme\nowner: marketing"), to: "manifest.yaml")
        for arguments in [["plan", path], ["apply", path, "--auto-approve"]] {
            let process = try bench.start(arguments)
            #expect(try await process.ended().code == 7, "\(arguments)\n\(process.said)")
            #expect(process.errors.contains("platform"), "the owner is not named\n\(process.said)")
        }
    }

    @Test func `wrong usage ends with 64`() async throws {
        let bench = try bench()
        for arguments in [["plan"], ["plna"], ["apply", "--no-such-option", "."], ["serve", "--listen", "nowhere"]] {
            let process = try bench.start(arguments)
            #expect(try await process.ended().code == 64, "\(arguments)\n\(process.said)")
        }
    }

    @Test func `a runtime without ENCRYPTION_KEY does not start and says how to make one`() async throws {
        let bench = try bench()
        try await bench.apply(Self.one)
        for value in ["", "too short"] {
            let process = try bench.start(
                ["serve", "--listen", "127.0.0.1:\(try await freePort())"], environment: ["ENCRYPTION_KEY": value])
            #expect(try await process.ended(within: .seconds(10)).code == 1, "\(process.said)")
            #expect(process.errors.contains("openssl rand"), "\(process.said)")
        }
    }
}
