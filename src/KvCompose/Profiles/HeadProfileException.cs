namespace KvCompose;

/// <summary>A head profile breaks a rule. Says where: the file, the field in it, and the value found there.</summary>
public sealed class HeadProfileException : Exception
{
    /// <summary>Reports one broken rule.</summary>
    /// <param name="file">Name of the profile file; null for a profile made in memory.</param>
    /// <param name="field">Path inside the profile, for example <c>classification_matrix[3][5]</c>.</param>
    /// <param name="value">What was found there.</param>
    /// <param name="rule">What should have been there.</param>
    /// <param name="cause">The error that led to this one, if any.</param>
    public HeadProfileException(string? file, string field, string value, string rule, Exception? cause = null)
        : base($"{(file is null ? "" : file + ": ")}{field} is {value}; {rule}", cause)
    {
        File = file;
        Field = field;
        Value = value;
        Rule = rule;
    }

    /// <summary>Name of the profile file; null for a profile made in memory.</summary>
    public string? File { get; }

    /// <summary>Path inside the profile.</summary>
    public string Field { get; }

    /// <summary>What was found at <see cref="Field"/>.</summary>
    public string Value { get; }

    /// <summary>What should have been there.</summary>
    public string Rule { get; }
}
