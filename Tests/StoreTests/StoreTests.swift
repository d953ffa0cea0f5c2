import Foundation
import GRDB
import Synchronization
import TestSupport
import Testing
import Values

@testable import Store

struct StoreTests {
    let folder = TemporaryFolder()
    var path: String { folder.state.location }

    @Test(.enabled(if: TestState.isFile, "this is about the mode of a file and a pragma of SQLite's"))
    func `a new state is private to its owner and durable`() async throws {
        let store = try Store(state: path, keyring: nil)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let synchronous = try await store.pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
        #expect(synchronous == 2)
    }

    @Test(.enabled(if: TestState.isFile, "only a file has links to it"))
    func `a link to a state that does not exist makes it where the link points, private to its owner`() async throws {
        try FileManager.default.createDirectory(atPath: folder.file("real"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "real/state.sqlite")
        let store = try Store(state: path, keyring: nil)
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.file("real/state.sqlite"))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == "real/state.sqlite")
        let direct = try Store(state: folder.file("real/state.sqlite"), mode: .existing, keyring: nil)
        let (there, here) = (try await direct.read { try $0.stateSerial() }, try await store.read { try $0.stateSerial() })
        #expect(there == here)
    }

    @Test func `opening again keeps the lineage`() async throws {
        let first = try await Store(state: path, keyring: nil).read { try $0.stateSerial() }
        let second = try await Store(state: path, mode: .existing, keyring: nil).read { try $0.stateSerial() }
        #expect(first == second)
    }

    @Test(.enabled(if: TestState.shell.isExpected, "\(TestState.shell.absence)"))
    func `a state of a newer version is refused`() throws {
        let store = try Store(state: path, keyring: nil)
        store.close()
        try folder.state.sql(
            sqlite: "PRAGMA user_version = 99", postgres: "UPDATE reconcile_schema SET version = 99, oldest_program = 99")
        let error = #expect(throws: StoreError.self) { try Store(state: path, keyring: nil) }
        #expect(error?.code == .newerVersion)
    }

    @Test(.enabled(if: TestState.shell.isExpected, "\(TestState.shell.absence)"))
    func `a database of another program is refused and left alone`() throws {
        try folder.state.sql("CREATE TABLE other (x text)")
        let error = #expect(throws: StoreError.self) { try Store(state: path, keyring: nil) }
        #expect(error?.code == .notAState)
        let tables = try folder.state.sql(
            sqlite: "SELECT name FROM sqlite_master", postgres: "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        #expect(tables == "other")
    }

    @Test(.enabled(if: TestState.isFile, "only a file can be no database"))
    func `a file that is no database is refused`() throws {
        try folder.write(String(repeating: "no database ", count: 100), to: "state.sqlite")
        let error = #expect(throws: StoreError.self) { try Store(state: path, keyring: nil) }
        #expect(error?.code == .notAState)
    }

    @Test func `a missing state is not made where it must exist`() throws {
        let error = #expect(throws: StoreError.self) { try Store(state: path, mode: .existing, keyring: nil) }
        #expect(error?.code == .missing)
        #expect(try !folder.state.exists)
    }

    @Test(.enabled(if: TestState.holder.isExpected, "\(TestState.holder.absence)"))
    func `a lock of another process is waited for, then reported`() async throws {
        let store = try Store(state: path, keyring: nil, busyTimeout: .milliseconds(300))
        let other = try await folder.state.hold()
        let error = await #expect(throws: StoreError.self) { try await store.write { try $0.advanceSerial() } }
        #expect(error?.code == .locked)
        try await other.killNow()
        #expect(try await store.write { try $0.advanceSerial() } == 1)
    }

    @Test func `a write that throws leaves no trace`() async throws {
        let store = try Store(state: path, keyring: nil)
        await #expect(throws: CancellationError.self) {
            try await store.write { transaction in
                try transaction.advanceSerial()
                throw CancellationError()
            }
        }
        #expect(try await store.read { try $0.stateSerial().serial } == 0)
    }

    @Test func `a queue of group writes that never empties holds up no other write`() async throws {
        final class Flood: Sendable {
            let written = Mutex(0)
            let isOver = Mutex(false)

            var count: Int { written.withLock { $0 } }
            func end() { isOver.withLock { $0 = true } }

            func run(on store: Store) async throws {
                while !isOver.withLock({ $0 }), count < 50_000 {
                    try await store.groupWrite { _ in self.written.withLock { $0 += 1 } }
                }
            }
        }
        let (store, flood) = (try Store(state: path, keyring: nil), Flood())
        let during = try await withThrowingTaskGroup(of: Void.self) { group in
            // More callers than a batch takes: some always wait.
            for _ in 0..<1000 { group.addTask { try await flood.run(on: store) } }
            while flood.count < 2000 { await Task.yield() }
            let before = flood.count
            try await store.write { _ = try $0.advanceSerial() }
            let after = flood.count
            flood.end()
            try await group.waitForAll()
            return after - before
        }
        // A batch has 256 at the most: the one under way, and the few that came before the write lined up.
        #expect(during <= 20 * 256)
    }

    @Test func `in a group commit one failure undoes only itself`() async throws {
        let store = try Store(state: path, keyring: nil)
        let committed = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<100 {
                group.addTask {
                    do {
                        try await store.groupWrite { transaction in
                            try transaction.advanceSerial()
                            if number.isMultiple(of: 3) { throw CancellationError() }
                        }
                        return true
                    } catch {
                        return false
                    }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(committed == 66)
        #expect(try await store.read { try $0.stateSerial().serial } == 66)
    }
}
