import Files

/// The file of the state before SQLite opens it.
enum StateFile {
    /// The path without links, which SQLite would follow too to name its log.
    ///
    /// Unless it must exist the file is there afterwards. It is made private and never in place of another: of two
    /// processes that come first, one makes it and both open it.
    static func prepare(_ path: String, mode: Store.Mode) throws(StoreError) -> String {
        do throws(FileError) {
            let resolved = try FilePath.resolved(path)
            if mode == .existing {
                _ = try FileStatus(resolved)
                return resolved
            }
            do throws(FileError) {
                _ = try OpenFile.made(at: resolved)
            } catch {
                guard error.isExisting else { throw error }
            }
            return resolved
        } catch {
            switch mode {
            case .existing where error.isMissing:
                throw StoreError(
                    code: .missing,
                    message: "there is no state at \(path); run `reconcile apply` first, or name another file with --state")
            case .existing:
                throw .opening(error, state: path)
            case .createIfMissing, .copyTarget:
                throw StoreError(
                    code: .inaccessible,
                    message: "the state \(path) cannot be created (\(error)); check that the folder exists and can be written")
            }
        }
    }
}
