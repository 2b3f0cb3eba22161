using System.Collections.Immutable;
using System.Globalization;

namespace KvCompose.Shared.Diagnostics;

/// <summary>What a finding tells a code fix.</summary>
internal static class FixData
{
    public const string OptionName = nameof(OptionName);
    public const string OptionValue = nameof(OptionValue);
    public const string Slot = nameof(Slot);
    public const string Contract = nameof(Contract);

    /// <summary>An option and the nearest value that is valid.</summary>
    public static ImmutableDictionary<string, string?> Option(string name, double value)
        => ImmutableDictionary<string, string?>.Empty
            .Add(OptionName, name)
            .Add(OptionValue, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A slot, by name.</summary>
    public static ImmutableDictionary<string, string?> OfSlot(StageSlot slot)
        => ImmutableDictionary<string, string?>.Empty.Add(Slot, slot.ToString());

    /// <summary>A contract that a stage lacks, by the name of its interface.</summary>
    public static ImmutableDictionary<string, string?> OfContract(string contract)
        => ImmutableDictionary<string, string?>.Empty.Add(Contract, contract);
}
