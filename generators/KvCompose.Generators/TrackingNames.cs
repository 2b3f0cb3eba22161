namespace KvCompose.Generators;

/// <summary>Names of the generator's steps, for tests of what is cached.</summary>
public static class TrackingNames
{
    /// <summary>Declarations become specs.</summary>
    public const string Parse = nameof(Parse);

    /// <summary>Specs get what the files say that they name.</summary>
    public const string Complete = nameof(Complete);

    /// <summary>Specs become plans.</summary>
    public const string Plan = nameof(Plan);

    /// <summary>What the compilation references.</summary>
    public const string Target = nameof(Target);
}
