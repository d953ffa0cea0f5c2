import Foundation
import TestSupport
import Testing
import Values

/// What becomes of a runtime whose log goes nowhere: it serves on, and says later what is missing.
@Suite(.serialized)
struct LogFailureTests {
    /// Serves with standard error where the shell line sends it; `"$@"` stands for the command.
    private func serve(_ line: String, _ bench: Workbench) async throws -> ServingRuntime {
        let port = try await freePort()
        let process = try RunningProcess(
            "/bin/bash", ["-c", line, "bash", Workbench.binary, "serve", "--listen", "127.0.0.1:\(port)"],
            environment: bench.environment, folder: bench.folder.path)
        let runtime = ServingRuntime(process: process, port: port, token: try bench.token())
        try await runtime.isReady(within: .seconds(10))
        return runtime
    }

    private func ask(_ runtime: ServingRuntime, times: Int) async throws {
        for _ in 0..<times { _ = try await runtime.anybody.get("/healthz").expect(200) }
    }

    @Test func `a log on a full disk ends nothing`() async throws {
        let runtime = try await serve(#"exec "$@" 2>/dev/full"#, try Workbench())
        try await ask(runtime, times: 50)
        #expect(try await runtime.stop().code == 0)
    }

    @Test func `a log and an output whose readers have gone end nothing`() async throws {
        let bench = try Workbench()
        try bench.folder.write("", to: "pid")
        let runtime = try await serve(#"exec 2> >(exec true) > >(exec true); sleep 0.2; exec "$@""#, bench)
        try await ask(runtime, times: 50)
        #expect(try await runtime.stop().code == 0)
    }

    @Test func `a log that nobody reads holds up no request and no shutdown`() async throws {
        let bench = try Workbench()
        // Opened for both, so that opening does not wait for a reader; nobody ever reads.
        let runtime = try await serve(#"mkfifo log; exec "$@" 2<>log"#, bench)
        // A pipe holds 64 KiB.
        try await ask(runtime, times: 1_000)
        let start = ContinuousClock.now
        #expect(try await runtime.stop().code == 0)
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test func `what was dropped is counted, and said once the log can be written again`() async throws {
        let bench = try Workbench()
        let made = try RunningProcess("/usr/bin/mkfifo", [bench.folder.file("log")])
        #expect(try await made.ended().code == 0)
        let first = try RunningProcess("/bin/cat", [bench.folder.file("log")])
        let runtime = try await serve(#"exec "$@" 2>log"#, bench)
        try await ask(runtime, times: 1)
        _ = try await first.line(containing: "GET /healthz 200")
        try await first.killNow()
        try await ask(runtime, times: 20)
        let second = try RunningProcess("/bin/cat", [bench.folder.file("log")])
        let said = try JSON(parsing: try await second.line(containing: "log lines were dropped", within: .seconds(40)))
        #expect(said["level"] == "warning")
        // Each request leaves one line; the first write after the reader's end may have been taken by the pipe.
        let count = try #require(said["count"]?.integer)
        #expect((19...21).contains(count))
        try await ask(runtime, times: 1)
        _ = try await second.line(containing: "GET /healthz 200")
        #expect(try await runtime.stop().code == 0)
        #expect(second.output.split(separator: "\n").allSatisfy { (try? JSON(parsing: String($0))) != nil })
    }
}
