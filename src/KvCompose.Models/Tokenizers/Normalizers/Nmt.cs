namespace KvCompose.Models.Tokenizers.Normalizers;

/// <summary>The clean-up of neural machine translation models: some controls vanish, others become a space.</summary>
internal static class Nmt
{
    public static INormalizer Create() => new NormalizerSequence([new Remove(IsRemoved), new Map(c => IsSpace(c) ? ' ' : null)]);

    private static bool IsRemoved(int c)
        => c is >= 1 and <= 8 or 0xB or >= 0xE and <= 0x1F or 0x7F or 0x8F or 0x9F;

    private static bool IsSpace(int c)
        => c is 9 or 0xA or 0xC or 0xD or 0x1680 or >= 0x200B and <= 0x200F or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD;
}
