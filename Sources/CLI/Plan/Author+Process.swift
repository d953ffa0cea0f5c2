import Dispatch
import Foundation
import Reconciler

extension Author {
    /// `user@host` of this process, and the commit of the repository around the manifests.
    ///
    /// - Parameter path: a manifest or a folder of them; `-` counts as the working directory.
    static func current(in world: World, manifestsAt path: String?) -> Author {
        let user = world.variable("USER") ?? world.variable("LOGNAME") ?? NSUserName()
        let kernelName = try? String(contentsOfFile: "/proc/sys/kernel/hostname", encoding: .utf8)
        let host = kernelName?.trimmingCharacters(in: .whitespacesAndNewlines) ?? world.variable("HOSTNAME") ?? "localhost"
        var author = Author(name: "\(user)@\(host)")
        guard let path else { return author }
        let values = try? URL(fileURLWithPath: path).resourceValues(forKeys: [.isDirectoryKey])
        let folder =
            switch values?.isDirectory {
            case true?: path
            case false?: URL(fileURLWithPath: path).deletingLastPathComponent().path
            case nil: "."
            }
        guard let commit = git(["rev-parse", "HEAD"], in: folder, world), !commit.isEmpty else { return author }
        author.commit = commit
        author.isDirty = git(["status", "--porcelain", "--untracked-files=no"], in: folder, world).map { !$0.isEmpty } ?? false
        return author
    }

    /// The runtime, and the commit of the repository around its manifests; git is waited for off the cooperative threads.
    static func ofRuntime(in world: World, manifestsAt path: String) async -> Author {
        var author = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: Author.current(in: world, manifestsAt: path)) }
        }
        author.name = "reconcile serve"
        return author
    }

    /// What git answers, trimmed; nil without git or outside of a repository.
    private static func git(_ arguments: [String], in folder: String, _ world: World) -> String? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["git", "-C", folder] + arguments
        var environment = world.environment.filter { ["PATH", "HOME", "LANG"].contains($0.key) }
        // Looking must not write: `status` would refresh the index.
        environment["GIT_OPTIONAL_LOCKS"] = "0"
        process.environment = environment
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let data = (try? output.fileHandleForReading.readToEnd()) ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { return nil }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
