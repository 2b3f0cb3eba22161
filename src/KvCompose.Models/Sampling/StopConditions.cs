namespace KvCompose.Models.Sampling;

/// <summary>What ends an answer.</summary>
public sealed record StopConditions
{
    /// <summary>Tokens that end it and are no part of it.</summary>
    public IReadOnlySet<int> Tokens { get; init; } = new HashSet<int>();

    /// <summary>Texts that end it and are no part of it. Compared by UTF-16 units.</summary>
    public IReadOnlyList<string> Strings { get; init; } = [];

    /// <summary>Most tokens, the end token not counted.</summary>
    public int MaxTokens { get; init; } = int.MaxValue;

    /// <summary>Checks all values.</summary>
    /// <exception cref="ArgumentException">A stop string is empty, or there may be no token at all.</exception>
    public void Validate()
    {
        if (Strings.Any(string.IsNullOrEmpty))
        {
            throw new ArgumentException("A stop string is empty: it would end every answer at once", nameof(Strings));
        }

        if (MaxTokens < 1)
        {
            throw new ArgumentException($"{nameof(MaxTokens)} is {MaxTokens}; it must be 1 or more", nameof(MaxTokens));
        }
    }
}
