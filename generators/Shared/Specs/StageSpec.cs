namespace KvCompose.Shared.Specs;

/// <summary>A stage of a pipeline: its type, its facts and the values of its options.</summary>
internal sealed record StageSpec(StageSlot Slot, TypeRef Type, StageFacts Facts, EquatableArray<OptionSpec> Options, StageReach Reach)
{
    /// <summary>The tier that a residency stage opens, or null when what it places does not come back.</summary>
    public TypeRef? Tier { get; init; }

    /// <summary>Whether a selection goes on while decoding: its facts name the phase, and no option turns it off.</summary>
    public bool EvictsWhileDecoding
        => Slot == StageSlot.TokenSelection && Facts.Lossy && (Facts.Phases & StagePhases.Decode) != 0 && Number(OptionRole.DecodeEviction, 1) != 0;

    /// <summary>The value of the option with a role, or <paramref name="otherwise"/>.</summary>
    public int Number(OptionRole role, int otherwise)
    {
        foreach (OptionSpec option in Options)
        {
            if (option.Role == role && option.Number is { } number)
            {
                return (int)number;
            }
        }

        return otherwise;
    }

    /// <summary>Whether a session may override any option.</summary>
    public bool HasRunTimeOptions => Options.Any(static option => option.RunTime);
}
