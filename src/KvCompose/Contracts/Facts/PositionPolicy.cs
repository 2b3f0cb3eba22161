namespace KvCompose;

/// <summary>What becomes of a kept token's position.</summary>
public enum PositionPolicy
{
    /// <summary>It stays what it was in the prompt; keys keep their rotation.</summary>
    Original,

    /// <summary>Kept tokens are numbered again. Contradicts keys that are cached after rotation.</summary>
    Renumbered,
}
