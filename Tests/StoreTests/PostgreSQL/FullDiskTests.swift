import Foundation
import TestSupport
import Testing
import Values

@testable import Store

@Suite(
    .enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"),
    // In CI the lack of that right is a failure.
    .enabled(if: getuid() == 0 || Peer.isContinuousIntegration, "only root makes a small file system"))
struct FullDiskTests {
    private let start = Timestamp(milliseconds: 1_789_998_400_000)

    @Test func `a full disk is said to be full, loses nothing and is written to again once there is room`() async throws {
        // Of its own: while the disk is full no checkpoint succeeds, which is what makes a database.
        let server = try PostgresServer()
        let disk = try SmallDisk(megabytes: 24)
        let name = "tiny_\(UInt32.random(in: 0...UInt32.max))"
        try server.psql("CREATE TABLESPACE \(name) LOCATION '\(disk.space)'")
        try server.psql("CREATE DATABASE \(name) OWNER reconcile TABLESPACE \(name)")
        let store = try Store(state: server.url(database: name), keyring: nil)
        var generator = SystemRandomNumberGenerator()
        let text = (0..<100_000).map { _ in String(UInt8.random(in: 0...15, using: &generator), radix: 16) }.joined()
        var stored = 0
        var refused: StoreError?
        while refused == nil, stored < 2_000 {
            let event = NewEvent(id: EventID(at: start), workspace: "a", type: "A", idempotencyKey: nil, body: text, createdAt: start)
            do {
                _ = try await store.storeEvent(event, deliveries: [])
                stored += 1
            } catch { refused = error as? StoreError }
        }
        #expect(refused?.code == .full, "\(refused?.message ?? "none after \(stored)")")
        #expect(try server.psql("SELECT count(*) FROM events", database: name) == "\(stored)")
        #expect(try await store.read { try $0.stateSerial() }.serial == 0)
        try disk.makeRoom()
        let last = NewEvent(id: EventID(at: start), workspace: "a", type: "A", idempotencyKey: nil, body: "{}", createdAt: start)
        _ = try await store.storeEvent(last, deliveries: [])
        store.close()
        try server.drop(name)
        try server.psql("DROP TABLESPACE \(name)")
    }
}

/// A file system of a few megabytes that the server's user owns; unmounted with the value.
private final class SmallDisk {
    private let path: String
    /// A folder of it that is empty.
    var space: String { "\(path)/space" }

    init(megabytes: Int) throws {
        path = "/tmp/small-disk-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        try FinishedProcess(
            "/usr/bin/env", ["mount", "-t", "tmpfs", "-o", "size=\(megabytes)m,mode=777", "tmpfs", path],
            environment: ["PATH": "/usr/bin:/bin"]
        ).succeeded()
        try FileManager.default.createDirectory(atPath: space, withIntermediateDirectories: false)
        try FinishedProcess("/usr/bin/env", ["chown", "postgres", space], environment: ["PATH": "/usr/bin:/bin"]).succeeded()
        try Data(count: 4 << 20).write(to: URL(fileURLWithPath: "\(path)/ballast"))
    }

    /// Frees what was kept back at the beginning.
    func makeRoom() throws { try FileManager.default.removeItem(atPath: "\(path)/ballast") }

    deinit {
        _ = try? FinishedProcess("/usr/bin/env", ["umount", "-l", path], environment: ["PATH": "/usr/bin:/bin"])
        try? FileManager.default.removeItem(atPath: path)
    }
}
