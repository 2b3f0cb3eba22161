namespace KvCompose.Shared.Specs;

/// <summary>A stage of a pipeline: its type, its facts and the values of its options.</summary>
internal sealed record StageSpec(StageSlot Slot, TypeRef Type, StageFacts Facts, EquatableArray<OptionSpec> Options, StageReach Reach)
{
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
