package import ArgumentParser
import Files
import Foundation
import Spec
import Values

/// `reconcile init`: a commented starter that validates, plans and applies as it is.
package struct InitCommand: WorldCommand {
    package static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Write a commented starter manifest.",
        discussion: "Writes integrations.yaml and manifest.schema.json into the folder, and never over a file that is there.")

    @Argument(help: ArgumentHelp("Where to; made if it does not exist.", valueName: "dir"))
    package var folder = "."

    @Option(
        name: .customLong("provider"), parsing: .upToNextOption,
        help: ArgumentHelp("Entries of the catalogue to begin with (see `reconcile providers`).", valueName: "name"))
    package var providers: [String] = []

    @Option(help: ArgumentHelp("The workspace (default: the folder's name).", valueName: "name"))
    package var workspace: String?

    package init() {}

    package func run(in world: World) async throws {
        var entries: [Provider] = []
        for name in providers {
            let provider = try Provider.known(name, orExit: .usage)
            if !entries.contains(where: { $0.name == provider.name }) { entries.append(provider) }
        }
        if let workspace, let problem = WorkspaceName.problem(workspace) { throw CommandError(.usage, "--workspace: \(problem)") }
        let root = URL(fileURLWithPath: folder)
        let manifest = root.appendingPathComponent("integrations.yaml")
        let schema = root.appendingPathComponent("manifest.schema.json")
        do {
            try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        } catch {
            throw CommandError(.failure, "\(folder) cannot be made: \(error.localizedDescription)")
        }
        let name = workspace ?? Self.workspaceName(from: root.standardizedFileURL.lastPathComponent)
        guard try make(manifest.path, ManifestWriter.starter(workspace: name, providers: entries)) else {
            throw CommandError(.failure, "\(shown("integrations.yaml")) exists already; name another folder, or edit that file")
        }
        _ = try make(schema.path, ManifestSchema.json.prettyText + "\n")
        let path = shown("integrations.yaml")
        world.output.write(
            """
            Wrote \(path). Next:

              export ENCRYPTION_KEY="$(openssl rand -base64 32)"    # keep it: it opens the secrets of the state
              reconcile plan \(path)
              reconcile apply \(path)

            """)
        try world.requireWritten("\(path) was written")
    }

    /// Makes a file that anybody may read; false, and nothing done, where there is one of that name.
    private func make(_ path: String, _ text: String) throws(CommandError) -> Bool {
        do throws(FileError) {
            let file = try OpenFile.made(at: path, permissions: 0o666)
            do throws(FileError) {
                try file.write(Array(text.utf8))
            } catch {
                OpenFile.remove(path)
                throw error
            }
            return true
        } catch {
            if error.isExisting { return false }
            throw CommandError(.failure, "\(path) cannot be written: \(error)")
        }
    }

    private func shown(_ file: String) -> String { folder == "." ? file : (folder.hasSuffix("/") ? folder : folder + "/") + file }

    /// A name that a workspace may have, from what the folder is called.
    static func workspaceName(from folder: String) -> String {
        let name = StableName.proposal(for: folder)
        return name.isEmpty ? "main" : name
    }
}
