namespace KvCompose.Models.Files;

/// <summary>Sizes and names of the stored types.</summary>
internal static class StoredTypes
{
    // Every number that ggml has given out, so that a message can say what a file holds. Numbers in the gaps were withdrawn.
    private static readonly string?[] Names =
    [
        "F32", "F16", "Q4_0", "Q4_1", "Q4_2", "Q4_3", "Q5_0", "Q5_1", "Q8_0", "Q8_1", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "Q8_K",
        "IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ1_S", "IQ4_NL", "IQ3_S", "IQ2_S", "IQ4_XS", "I8", "I16", "I32", "I64", "F64", "IQ1_M",
        "BF16", "Q4_0_4_4", "Q4_0_4_8", "Q4_0_8_8", "TQ1_0", "TQ2_0", "IQ4_NL_4_4", "IQ4_NL_4_8", "IQ4_NL_8_8", "MXFP4", "NVFP4",
    ];

    /// <summary>Numbers of one block, and bytes that they take.</summary>
    public static (int Values, int Bytes) Block(StoredType type) => type switch
    {
        StoredType.F32 or StoredType.I32 => (1, 4),
        StoredType.F16 or StoredType.BF16 or StoredType.I16 => (1, 2),
        StoredType.I8 => (1, 1),
        StoredType.I64 or StoredType.F64 => (1, 8),
        StoredType.Q4_0 or StoredType.IQ4_NL => (32, 18),
        StoredType.MXFP4 => (32, 17),
        StoredType.Q4_1 => (32, 20),
        StoredType.Q5_0 => (32, 22),
        StoredType.Q5_1 => (32, 24),
        StoredType.Q8_0 => (32, 34),
        StoredType.Q2_K => (256, 84),
        StoredType.Q3_K => (256, 110),
        StoredType.Q4_K => (256, 144),
        StoredType.Q5_K => (256, 176),
        StoredType.Q6_K => (256, 210),
        StoredType.IQ4_XS => (256, 136),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "has no block layout"),
    };

    /// <summary>Whether weights can be read from the type.</summary>
    public static bool HoldsWeights(StoredType type)
        => type is not (StoredType.I8 or StoredType.I16 or StoredType.I32 or StoredType.I64 or StoredType.F64 or StoredType.Other);

    /// <summary>Whether the number is a type with a known layout.</summary>
    public static bool IsKnown(uint number) => Enum.IsDefined((StoredType)(int)number) && (int)number >= 0;

    /// <summary>The type's name, where the number has one.</summary>
    public static string NameOf(uint number)
        => number < Names.Length ? $"{Names[number]} (type {number})" : $"type {number}, which is not assigned";
}
