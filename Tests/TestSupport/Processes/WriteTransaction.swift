import Foundation

/// Whether a process has a write transaction open on an SQLite database in WAL mode.
///
/// It holds WAL_WRITE_LOCK then, which is byte 120 of the `-shm` file (https://www.sqlite.org/walformat.html § 2.3.1), and the kernel lists
/// who holds what (`proc_locks(5)`): looking takes no lock and slows nobody down.
package func isWriting(_ pid: Int32) -> Bool {
    let locks = (try? String(contentsOfFile: "/proc/locks", encoding: .utf8)) ?? ""
    return locks.split(separator: "\n").contains { line in
        let fields = line.split(separator: " ")
        return fields.contains("WRITE") && fields.contains("\(pid)") && line.hasSuffix(" 120 120")
    }
}

/// Returns once the process has a write transaction open; false where it ended without one.
package func waitForWriting(_ pid: Int32, orUntil hasEnded: () -> Bool) async throws -> Bool {
    while !isWriting(pid) {
        if hasEnded() { return false }
        try await Task.sleep(for: .microseconds(200))
    }
    return true
}
