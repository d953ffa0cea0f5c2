import Foundation

/// The user that database servers run as: ourselves, or `postgres` where we are root, whom they refuse.
enum ServerUser {
    /// What stands before a command so that it runs as that user.
    static let command = getuid() == 0 ? ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] : []

    static let environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "PGCONNECT_TIMEOUT": "10"]

    /// Runs a command as that user and returns what it wrote.
    @discardableResult
    static func run(_ words: [String]) throws -> String {
        let all = command + words
        return try FinishedProcess(all[0], Array(all.dropFirst()), environment: environment).succeeded()
    }

    /// Runs a command that leaves a program behind it, and returns once the command has ended.
    ///
    /// Foundation takes a child for ended when a socket closes that all descendants inherit: what stays must not have it. Nor the signals
    /// that the caller's thread blocks, as the threads of tasks do.
    static func runLeaving(_ words: [String]) throws {
        let script = """
            use POSIX;
            if (my $child = fork) { waitpid $child, 0; exit($? >> 8 || $? & 127) }
            opendir my $open, "/proc/self/fd";
            POSIX::close($_) for grep { /^[0-9]+$/ && $_ > 2 } readdir $open;
            sigprocmask(SIG_SETMASK, POSIX::SigSet->new);
            exec @ARGV or exit 127;
            """
        try run(["/usr/bin/perl", "-e", script] + words)
    }

    /// A fresh folder of that user alone.
    ///
    /// It is in `/tmp` whatever TMPDIR says: the path of a socket has room for 107 bytes, and that user may not look into our folders.
    static func makeFolder(_ name: String) throws -> String {
        try run(["/usr/bin/mktemp", "-d", "/tmp/\(name)-XXXXXXXX"]).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
