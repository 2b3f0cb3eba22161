namespace KvCompose;

/// <summary>A set of the parts that key-value heads play: whose left-out tokens a residency places.</summary>
[System.Flags]
public enum HeadRoles
{
    /// <summary>No head's.</summary>
    None = 0,

    /// <summary>Heads that keep what their budget allows; every head where no stage gives roles.</summary>
    Compressed = 1,

    /// <summary>Heads that would keep every token. Served, they keep what the head role gives them, and the rest lives in the residency.</summary>
    Full = 2,

    /// <summary>Heads that keep every token and are watched.</summary>
    Pivot = 4,

    /// <summary>Heads that get fresh tokens when their pivot drifts.</summary>
    Satellite = 8,
}
