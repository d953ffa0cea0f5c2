import Foundation
import TestSupport
import Testing
import Values

/// The files that the program makes and those it is told to write to.
@Suite(.serialized)
struct FilesTests {
    private static let manifest = """
        version: 1
        workspace: acme
        webhooks:
          hook: { name: Hook, url: "https://receiver.example/", events: [POST_PUBLISHED] }
        """

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    private func command(_ path: String, _ arguments: [String], in bench: Workbench) async throws {
        let process = try RunningProcess(path, arguments, folder: bench.folder.path)
        let exit = try await process.ended()
        guard exit.code == 0 else { throw EndToEndError("\(path) \(arguments) ended with \(exit.code)\n\(process.said)") }
    }

    // MARK: first starts

    @Test func `of many first applies at once one makes the state, and all of them end with one good state`() async throws {
        for _ in 0..<5 {
            let bench = try Workbench()
            let path = try bench.folder.write(Self.manifest, to: "manifest.yaml")
            let processes = try (0..<6).map { _ in try bench.start(["apply", path, "--auto-approve"]) }
            var codes: [Int32] = []
            for process in processes {
                let code = try await process.ended().code
                #expect([0, 4].contains(code), "\(process.said)")
                codes.append(code)
            }
            #expect(codes.contains(0))
            #expect(try await bench.run("plan", path, "--detailed-exitcode").code == 0)
            let history = try await bench.succeed("history", "--format", "json")
            #expect(try history.json["data"]?.array?.count == 1, "\(history.said)")
            if TestState.isFile { #expect(try mode(bench.state) == 0o600) }
        }
    }

    @Test func `of two first serves at once one runs and the other ends with 5`() async throws {
        let bench = try Workbench()
        var processes: [RunningProcess] = []
        for _ in 0..<2 { processes.append(try bench.start(["serve", "--listen", "127.0.0.1:\(try await freePort())"])) }
        let loser = try await eventually("one of them to end", within: .seconds(20)) { processes.first { $0.exit != nil } }
        #expect(loser.exit?.code == 5, "\(loser.said)")
        let winner = try #require(processes.first { $0.pid != loser.pid })
        try await winner.line(containing: "Serving")
        winner.signal(SIGTERM)
        #expect(try await winner.ended(within: .seconds(20)).code == 0)
    }

    @Test(.enabled(if: TestState.isFile, "only a file has links to it"))
    func `a link to a served state is no way around its lock`() async throws {
        let bench = try Workbench()
        let runtime = try await bench.serve()
        try FileManager.default.createSymbolicLink(atPath: bench.folder.file("link.sqlite"), withDestinationPath: "state.sqlite")
        let second = try await bench.run(
            "serve", "--state", bench.folder.file("link.sqlite"), "--listen", "127.0.0.1:\(try await freePort())")
        #expect(second.code == 5, "\(second.said)")
        try await runtime.stop()
    }

    @Test(.enabled(if: Peer.strace.isExpected, "\(Peer.strace.absence)"))
    func `a first start makes its files exclusively and private, and renames nothing`() async throws {
        let bench = try Workbench()
        let path = try bench.folder.write(Self.manifest, to: "manifest.yaml")
        let trace = bench.folder.file("trace")
        let calls = "trace=open,openat,creat,rename,renameat,renameat2,link,linkat,mkdir"
        let arguments = [
            "-f", "-o", trace, "-e", calls, Workbench.binary, "apply", path, "--auto-approve", "--secrets-out", "secrets.json",
        ]
        let process = try RunningProcess(
            try Peer.strace.require(), arguments, environment: bench.environment, folder: bench.folder.path)
        #expect(try await process.ended(within: .seconds(60)).code == 0, "\(process.said)")
        let lines = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n")
        #expect(!lines.contains { $0.contains("rename") || $0.contains("link") }, "\(lines)")
        for file in (TestState.isFile ? ["state.sqlite\""] : []) + ["secrets.json\""] {
            let makes = lines.filter { $0.contains(file) && $0.contains("O_EXCL") }
            #expect(makes.count == 1, "\(makes)")
            #expect(makes.allSatisfy { $0.contains("O_CREAT") && $0.contains("O_CLOEXEC") && $0.contains("0600") }, "\(makes)")
        }
    }

    // MARK: --out and --secrets-out

    @Test func `a pipe is written into and stays a pipe`() async throws {
        let bench = try Workbench()
        let path = try bench.folder.write(Self.manifest, to: "manifest.yaml")
        try await command("/usr/bin/mkfifo", ["pipe"], in: bench)
        for arguments in [["plan", path, "--out", "pipe"], ["apply", path, "--auto-approve", "--secrets-out", "pipe"]] {
            let reader = try RunningProcess("/bin/cat", ["pipe"], folder: bench.folder.path)
            let process = try bench.start(arguments)
            #expect(try await process.ended().code == 0, "\(process.said)")
            #expect(try await reader.ended().code == 0)
            #expect(try JSON(parsing: reader.output).object != nil)
            // Whoever reads a pipe decides who else can.
            #expect(!process.errors.contains("mode 0600"), "\(process.said)")
            try await command("/usr/bin/test", ["-p", "pipe"], in: bench)
        }
    }

    @Test func `a pipe of the shell is written into`() async throws {
        let bench = try Workbench()
        let path = try bench.folder.write(Self.manifest, to: "manifest.yaml")
        let process = try RunningProcess(
            "/bin/bash", ["-c", #""$@" --out >(cat >got)"#, "bash", Workbench.binary, "plan", path], environment: bench.environment,
            folder: bench.folder.path)
        #expect(try await process.ended().code == 0, "\(process.said)")
        let got = try await eventually("the plan behind the pipe") {
            try? JSON(parsing: String(contentsOfFile: bench.folder.file("got"), encoding: .utf8))
        }
        #expect(got["file_digest"] != nil)
    }

    @Test(.enabled(if: getuid() == 0, "device nodes are made by root"))
    func `a device is written into and stays a device`() async throws {
        let bench = try Workbench()
        let path = try bench.folder.write(Self.manifest, to: "manifest.yaml")
        try await command("/usr/bin/mknod", ["null", "c", "1", "3"], in: bench)
        try await bench.succeed("plan", path, "--out", "null")
        try await command("/usr/bin/test", ["-c", "null"], in: bench)
        try await bench.succeed("apply", path, "--auto-approve", "--secrets-out", "null")
        try await command("/usr/bin/test", ["-c", "null"], in: bench)
    }

    @Test func `standard output by its name takes the plan, behind the text`() async throws {
        let bench = try Workbench()
        let path = try bench.folder.write(Self.manifest, to: "manifest.yaml")
        let outcome = try await bench.succeed("plan", path, "--out", "/dev/stdout")
        #expect(outcome.output.contains("Plan: 1 to add"))
        #expect(try JSON(parsing: outcome.lastLine)["file_digest"] != nil)
    }

    @Test func `a link is followed and stays, to a file that is there and to one that is not`() async throws {
        let bench = try Workbench()
        let path = try bench.folder.write(Self.manifest, to: "manifest.yaml")
        for name in ["there", "new"] {
            try FileManager.default.createSymbolicLink(atPath: bench.folder.file("link-\(name)"), withDestinationPath: name)
        }
        try bench.folder.write("something that others could read", to: "there")
        try await bench.succeed("plan", path, "--out", "link-there")
        try await bench.succeed("apply", path, "--auto-approve", "--secrets-out", "link-new")
        for name in ["there", "new"] {
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: bench.folder.file("link-\(name)")) == name)
            #expect(try mode(bench.folder.file(name)) == 0o600)
            #expect(try JSON(parsing: String(contentsOfFile: bench.folder.file(name), encoding: .utf8)).object != nil)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder.path).filter { $0.hasSuffix(".tmp") } == [])
    }

    @Test func `a secrets file that cannot be written is found before the commit`() async throws {
        let bench = try Workbench()
        let path = try bench.folder.write(Self.manifest, to: "manifest.yaml")
        try FileManager.default.createDirectory(atPath: bench.folder.file("folder"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: bench.folder.file("nowhere"), withDestinationPath: "missing/secrets")
        try FileManager.default.createSymbolicLink(atPath: bench.folder.file("circle"), withDestinationPath: "circle")
        for target in ["folder", "nowhere", "circle", "missing/secrets"] {
            let refused = try await bench.run("apply", path, "--auto-approve", "--secrets-out", target)
            #expect(refused.code == 1, "\(target) \(refused.said)")
            #expect(refused.errors.contains("the file \(target) of --secrets-out cannot be written"), "\(refused.said)")
            #expect(try !bench.folder.state.exists, "\(target)")
        }
    }

    @Test(
        arguments: (TestState.isFile ? ["state.sqlite", "alias", "state.sqlite-wal", "state.sqlite.serve-lock"] : []) + ["manifest.yaml"])
    func `neither takes the place of what the command works on`(target: String) async throws {
        let bench = try Workbench()
        try bench.folder.write(Self.manifest, to: "manifest.yaml")
        try FileManager.default.createSymbolicLink(atPath: bench.folder.file("alias"), withDestinationPath: "state.sqlite")
        let commands = [
            ["apply", "manifest.yaml", "--auto-approve", "--secrets-out", target], ["plan", "manifest.yaml", "--out", target],
            ["rollback", "1", "--secrets-out", target],
        ]
        // Before the state exists, and after.
        for _ in 0..<2 {
            for arguments in commands where target != "manifest.yaml" || arguments[0] != "rollback" {
                let refused = try bench.start(arguments)
                #expect(try await refused.ended().code == 64, "\(arguments) \(refused.said)")
                #expect(refused.errors.contains("names \(target), which this command works on: name another file"), "\(refused.said)")
            }
            try await bench.succeed("apply", "manifest.yaml", "--auto-approve")
        }
        #expect(try String(contentsOfFile: bench.folder.file("manifest.yaml"), encoding: .utf8) == Self.manifest)
        #expect(try await bench.run("plan", "manifest.yaml", "--detailed-exitcode").code == 0)
    }

    @Test func `secrets that the disk has no room for are said to be applied and how to see them`() async throws {
        let bench = try Workbench()
        let path = try bench.folder.write(Self.manifest, to: "manifest.yaml")
        let outcome = try await bench.run("apply", path, "--auto-approve", "--secrets-out", "/dev/full")
        #expect(outcome.code == 1, "\(outcome.said)")
        #expect(outcome.errors.contains("Applied as revision 1."), "\(outcome.said)")
        #expect(outcome.errors.contains("No space left on device; the plan was applied all the same"), "\(outcome.said)")
        #expect(try await bench.succeed("webhooks", "secret", "hook").output.hasPrefix("whsec_"))
    }

    @Test func `a run that generates nothing leaves no file and touches none`() async throws {
        let bench = try Workbench()
        let path = try bench.folder.write(Self.manifest, to: "manifest.yaml")
        try await bench.succeed("apply", path, "--auto-approve")
        try bench.folder.write("kept", to: "old")
        try await bench.succeed("apply", path, "--auto-approve", "--secrets-out", "new")
        try await bench.succeed("apply", path, "--auto-approve", "--secrets-out", "old")
        #expect(!FileManager.default.fileExists(atPath: bench.folder.file("new")))
        #expect(try String(contentsOfFile: bench.folder.file("old"), encoding: .utf8) == "kept")
        #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder.path).filter { $0.hasSuffix(".tmp") } == [])
    }
}
