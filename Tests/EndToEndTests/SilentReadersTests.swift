import Foundation
import TestSupport
import Testing
import Values

/// Clients that ask for large pages and read nothing.
@Suite(.serialized)
struct SilentReadersTests {
    @Test func `readers that read nothing hold little memory, and health is answered fast while they are there and after`() async throws {
        let bench = try Workbench()
        try await bench.apply("version: 1\nworkspace: acme\nscopes: { posts:read: Read posts }\n")
        let runtime = try await bench.serve()
        let text = String(repeating: "x", count: 248_000)
        for _ in 0..<60 {
            _ = try await runtime.admin.post("/api/events", ["event": "POST_PUBLISHED", "data": ["text": .string(text)]]).expect(202)
        }
        let before = try Self.residentMegabytes(runtime.process.pid)
        let token = try bench.token()
        var readers: [SilentReader] = []
        for number in 0..<24 {
            let include = number.isMultiple(of: 2) ? "&include=body" : ""
            readers.append(
                try await SilentReader(port: runtime.port, "/api/events?limit=200\(include)", headers: ["Authorization: Bearer \(token)"]))
        }
        var (most, slowest) = (before, Duration.zero)
        for _ in 0..<40 {
            let start = ContinuousClock.now
            #expect(try await runtime.anybody.get("/healthz").status == 200)
            slowest = max(slowest, ContinuousClock.now - start)
            most = max(most, try Self.residentMegabytes(runtime.process.pid))
            try await Task.sleep(for: .milliseconds(50))
        }
        // Twelve pages of a mebibyte wait for clients; without a bound it was 47 MiB for each of them.
        #expect(most - before < 200, "\(before) MB before, \(most) MB at most")
        #expect(slowest < .seconds(3), "the slowest answer took \(slowest)")
        for reader in readers { try await reader.close() }
        for _ in 0..<10 {
            let start = ContinuousClock.now
            #expect(try await runtime.anybody.get("/healthz").status == 200)
            #expect(ContinuousClock.now - start < .seconds(3))
        }
        // The pages are given back with their connections, so that the next ones are answered whole.
        let page = try await runtime.admin.get("/api/events?limit=200&include=body").expect(200)
        #expect(page.json["data"]?.array?.count == 4)
        try await runtime.stop()
    }

    private static func residentMegabytes(_ pid: Int32) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        guard let kilobytes = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap({ Int($0) }) else {
            throw EndToEndError("no VmRSS of \(pid)")
        }
        return kilobytes / 1024
    }
}
