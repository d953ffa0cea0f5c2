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

extension RunningProcess {
    /// Returns once it has said the text and has a write transaction open after that; false where it ended without.
    ///
    /// Opening a database takes the same lock for a moment, to recover what the log holds: so the text must be one that is said later.
    package func isWriting(afterSaying text: String) async throws -> Bool {
        while !output.contains(text) {
            if exit != nil { return false }
            try await Task.sleep(for: .microseconds(200))
        }
        while !TestSupport.isWriting(pid) {
            if exit != nil { return false }
            try await Task.sleep(for: .microseconds(200))
        }
        return true
    }
}
