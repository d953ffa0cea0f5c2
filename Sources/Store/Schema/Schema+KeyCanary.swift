extension Schema {
    /// What recognises a wrong ENCRYPTION_KEY (`KeyCanary`); NULL until a key is known to fit.
    static let keyCanary: SQL = """
        ALTER TABLE state ADD COLUMN canary {blob};
        """
}
