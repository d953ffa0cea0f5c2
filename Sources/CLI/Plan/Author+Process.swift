import Foundation
import Reconciler
import Subprocess

extension Author {
    /// `user@host` of this process, and the commit of the repository around the manifests.
    ///
    /// - Parameter path: a manifest or a folder of them; `-` counts as the working directory.
    static func current(in world: World, manifestsAt path: String?) async -> Author {
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
        guard let commit = await git(["rev-parse", "HEAD"], in: folder, world), !commit.isEmpty else { return author }
        author.commit = commit
        author.isDirty = await git(["status", "--porcelain", "--untracked-files=no"], in: folder, world).map { !$0.isEmpty } ?? false
        return author
    }

    /// The runtime, and the commit of the repository around its manifests.
    static func ofRuntime(in world: World, manifestsAt path: String) async -> Author {
        var author = await current(in: world, manifestsAt: path)
        author.name = "reconcile serve"
        return author
    }

    /// What git answers, trimmed; nil without git or outside of a repository.
    ///
    /// Foundation's `Process` is of no use here: it reads past the end of what it lists where a process has more than about a
    /// thousand files open, and a runtime has as many connections.
    private static func git(_ arguments: [String], in folder: String, _ world: World) async -> String? {
        // Looking must not write: `status` would refresh the index.
        var environment: [Environment.Key: String] = ["GIT_OPTIONAL_LOCKS": "0"]
        for (name, key) in [("PATH", "PATH" as Environment.Key), ("HOME", "HOME"), ("LANG", "LANG")] {
            environment[key] = world.environment[name]
        }
        let answer = try? await Subprocess.run(
            .name("git"), arguments: Arguments(["-C", folder] + arguments), environment: .custom(environment),
            output: .string(limit: 16 << 20))
        guard let answer, answer.terminationStatus.isSuccess else { return nil }
        return answer.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
