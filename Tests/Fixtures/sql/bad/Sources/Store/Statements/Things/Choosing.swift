enum Choosing {
    static let unordered = """
        UPDATE things SET claim = ? WHERE id IN (
            SELECT id FROM things WHERE claim IS NULL
            LIMIT ? {for update} {skip locked})
        """
    static let unlocked = """
        DELETE FROM things WHERE id IN (SELECT id FROM things WHERE at < ? ORDER BY id LIMIT ?)
        """
    static let picked = """
        WITH pick AS MATERIALIZED (
            SELECT id FROM things WHERE claim IS NULL ORDER BY due_at LIMIT ?)
        UPDATE things SET claim = ? WHERE id IN (SELECT id FROM pick)
        """
}
