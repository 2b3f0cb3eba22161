using KvCompose.Shared;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Planning;

/// <summary>
/// Register plans of the leaf loops. AVX-512 has 32 registers. AVX2 and SSE have 16, so that a group is worked through in smaller blocks there: the second block
/// reads a page's keys and values from the first-level cache. The 128-bit loops are those of SSE and of NEON, whose 32 registers they do not fill.
/// </summary>
internal static class LeafWidths
{
    /// <summary>Accumulators that leave room for operands in 32 vector registers.</summary>
    private const int WideAccumulators = 24;

    /// <summary>Accumulators of scores that leave room for operands in 16 vector registers.</summary>
    private const int NarrowAccumulators = 12;

    /// <summary>Registers for the accumulators, values and weight of a value row; the scale and zero point of codes take two more.</summary>
    private const int NarrowValueRegisters = 13;

    /// <summary>Multiply-adds in flight that hide their latency: 4 cycles, 2 a cycle.</summary>
    private const int IndependentProducts = 8;

    private const int MostScoreSets = 4;

    /// <summary>Vectors of the longest part of a value row of an open pipeline.</summary>
    private const int LongestPart = 8;

    /// <summary>Query heads of the largest block: in 512 bits of an open pipeline, in 256 and in 128 bits.</summary>
    private const int MostMembers = 4, MostMembers256 = 4, MostMembers128 = 2;

    /// <summary>The widest first.</summary>
    public static EquatableArray<LeafWidth> Of(PipelineSpec spec) =>
    [
        Wide(spec), Narrow(spec, 256, MostMembers256), Narrow(spec, 128, MostMembers128),
    ];

    private static LeafWidth Wide(PipelineSpec spec)
    {
        IEnumerable<int> blocks = spec.Open ? Descending(MostMembers) : [spec.GroupSize];
        return new LeafWidth(512, blocks.Select(members => new LeafBlock(
            members, ScoreSets(members, WideAccumulators), Parts(spec, 512, vectors => members * vectors <= WideAccumulators))).ToEquatableArray());
    }

    private static LeafWidth Narrow(PipelineSpec spec, int bits, int most)
    {
        int tileVectors = new LeafWidth(bits, []).TileVectors;
        IEnumerable<int> blocks = spec.Open ? Descending(most)
            : new[] { spec.GroupSize >= most ? most : 0, spec.GroupSize % most }.Where(static members => members > 0);
        return new LeafWidth(bits, blocks.Select(members => new LeafBlock(
            members, ScoreSets(members * tileVectors, NarrowAccumulators),
            Parts(spec, bits, vectors => ((members + 1) * vectors) + 1 <= NarrowValueRegisters))).ToEquatableArray());
    }

    private static IEnumerable<int> Descending(int most) => Enumerable.Range(0, most).Select(less => most - less);

    /// <summary>The fewest sets with enough independent products, within the registers.</summary>
    private static int ScoreSets(int products, int accumulators)
    {
        int sets = 1;
        while (sets < MostScoreSets && products * sets < IndependentProducts && products * sets * 2 <= accumulators)
        {
            sets *= 2;
        }

        return sets;
    }

    /// <summary>
    /// Vectors of the parts of a value row, of which all heads of a block fit the registers. A stated row has equal parts; an open one has parts of 8, 4, 2 and
    /// 1 vectors down to the 16 elements that every row is a multiple of.
    /// </summary>
    private static EquatableArray<int> Parts(PipelineSpec spec, int bits, Func<int, bool> fits)
    {
        int lanes = new LeafWidth(bits, []).Lanes;
        if (!spec.Open)
        {
            int vectors = spec.HeadDim / lanes, part = vectors;
            while (part > 1 && (vectors % part != 0 || !fits(part)))
            {
                part--;
            }

            return [part];
        }

        var parts = new List<int>();
        for (int vectors = LongestPart; vectors * lanes >= LeafWidth.TileFloats; vectors /= 2)
        {
            if (fits(vectors))
            {
                parts.Add(vectors);
            }
        }

        return parts.ToEquatableArray();
    }
}
