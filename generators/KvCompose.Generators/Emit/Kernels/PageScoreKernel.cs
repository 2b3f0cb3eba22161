using KvCompose.Generators.Planning;
using KvCompose.Retrieval;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>
/// Writes the scores of host pages for a step's queries, one warp a page: by the page's keys, of which a warp scores a whole tile, or by what is known of them,
/// of which every lane takes its share of the channels. Plain form: the digests in <c>KvCompose.Reference.IceCache</c>.
/// </summary>
internal static class PageScoreKernel
{
    public const string Name = "PageScoreKernel";

    private static readonly int[] LaneMasks = [16, 8, 4, 2, 1];

    public static Kernel Of(PipelinePlan plan, KernelPlan kernels) => new(
        Name,
        "What host pages are worth to every query head. Group (4 candidate pages, head" + (LooksAtKeys(plan) ? ", block of query heads)." : ")."),
        [
            LooksAtKeys(plan) ? KernelParameter.Pool : Digests(plan),
            KernelParameter.Ints("candidates", "Host page ids, ascending; the lists of all heads one after another."),
            KernelParameter.Ints("candidateStart", "[heads], where a head's list begins."),
            KernelParameter.Ints("candidateSlots", "[heads], PageTokens times the pages of a head's list."),
            KernelParameter.Floats("queries", "[heads][GroupSize][HeadDim], rotated."),
            KernelParameter.Floats("scores", "[heads][GroupSize][stride], receives " + Meaning(plan.Residency.PageRanking) + "."),
            new("int", "stride", "Candidates from one query head's scores to the next's."),
        ],
        Synchronises: true,
        writer => WriteBody(writer, plan, kernels));

    /// <summary>Whether pages are scored by their keys, not by digests.</summary>
    public static bool LooksAtKeys(PipelinePlan plan) => plan.Residency.PageRanking is PageRanking.LogSumExp or PageRanking.ExactMax;

    /// <summary>Floats of a page's digest.</summary>
    public static int DigestFloats(PipelinePlan plan) => plan.HeadDim * (plan.Residency.PageRanking == PageRanking.Centroid ? 1 : 2);

    private static KernelParameter Digests(PipelinePlan plan) => KernelParameter.Floats("digests", "[pages][DigestFloats]: of every channel of a page's keys, " + plan.Residency.PageRanking switch
    {
        PageRanking.Centroid => "the mean.",
        PageRanking.Quest => "the smallest; then of every channel the largest.",
        _ => "the middle of the extremes; then of every channel the mean deviation from it.",
    });

    private static string Meaning(PageRanking ranking) => ranking switch
    {
        PageRanking.LogSumExp => "log Σ exp(q·k/√d) over the keys of each page",
        PageRanking.ExactMax => "the largest q·k/√d of the keys of each page",
        PageRanking.Centroid => "q · mean key of each page",
        PageRanking.Quest => "Σ max(q min, q max) over the channels of each page",
        _ => "Σ q middle + |q| deviation over the channels of each page",
    };

    private static void WriteBody(KernelWriter writer, PipelinePlan plan, KernelPlan kernels)
    {
        if (LooksAtKeys(plan))
        {
            WriteByKeys(writer, plan, kernels);
        }
        else
        {
            WriteByDigests(writer, plan);
        }
    }

    private static void WriteByKeys(KernelWriter writer, PipelinePlan plan, KernelPlan kernels)
    {
        bool ragged = kernels.Members * kernels.MemberBlocks != plan.GroupSize;
        writer.Line($"""
            const int Members = {kernels.Members}; // query heads of this group
            ArrayView<float> own = SharedMemory.Allocate<float>(Members * HeadDim);
            ArrayView<Float4> pool4 = pool.Cast<Float4>();
            """);
        if (kernels.DimensionsAtOnce > 1)
        {
            writer.Line("ArrayView<Float4> own4 = own.Cast<Float4>();");
        }

        TileScores.WriteLane(writer, kernels);
        writer.Line($"""
            int head = Grid.IdxY;
            int firstMember = Grid.IdxZ * Members;
            int candidate = Grid.IdxX * {KernelPlan.Warps} + warp;

            // The queries come into shared memory, scaled by 1/√d.
            """);
        using (writer.Block($"for (int element = thread; element < Members * HeadDim; element += {KernelPlan.Threads})"))
        {
            string member = ragged ? "IntrinsicMath.Min(firstMember + element / HeadDim, GroupSize - 1)" : "firstMember + element / HeadDim";
            writer.Line($"int member = {member};");
            writer.Line("own[element] = queries[((long)head * GroupSize + member) * HeadDim + element % HeadDim] * Scale;");
        }

        writer.Line();
        writer.Barrier();
        using (writer.Block("if (candidate < candidateSlots[head] / PageTokens)"))
        {
            writer.Line("// Scores of 16 keys under every query head; places without a token count nothing.");
            writer.Line("long page = (long)candidates[candidateStart[head] + candidate] * PageFloats4;");
            writer.Line("long key = page + keyOfLane;");
            writer.Line("int valid = (int)Interop.FloatAsInt(pool[page * 4 + PageCount]);");
            TileScores.Write(writer, plan, kernels, kernels.Members);
            for (int member = 0; member < kernels.Members; member++)
            {
                writer.Line();
                WriteMember(writer, plan, member, ragged);
            }
        }
    }

    private static void WriteMember(KernelWriter writer, PipelinePlan plan, int member, bool ragged)
    {
        string own = CSharpLiteral.Of(member);
        writer.Line($"float masked{own} = ownKey < valid ? score{own} : float.NegativeInfinity;");
        string worth = Reduce(writer, "masked" + own, "top" + own, static (a, b) => $"XMath.Max({a}, {b})");
        if (plan.Residency.PageRanking == PageRanking.LogSumExp)
        {
            writer.Line($"float shift{own} = {worth} == float.NegativeInfinity ? 0 : {worth}; // a page without tokens");
            writer.Line($"float mass{own} = XMath.Exp(masked{own} - shift{own});");
            string sum = Reduce(writer, "mass" + own, "sum" + own, static (a, b) => $"{a} + {b}");
            worth = $"shift{own} + XMath.Log({sum})";
        }

        string last = ragged ? $" && firstMember + {own} < GroupSize" : "";
        using (writer.Block($"if (lane == 0{last})"))
        {
            writer.Line($"scores[((long)head * GroupSize + firstMember + {own}) * stride + candidate] = {worth};");
        }
    }

    /// <summary>Joins the keys of a tile; every lane has the result.</summary>
    private static string Reduce(KernelWriter writer, string value, string name, Func<string, string, string> join)
    {
        foreach (int mask in TileScores.KeyMasks)
        {
            string other = $"{name}Of{CSharpLiteral.Of(mask)}Other", joined = $"{name}Of{CSharpLiteral.Of(mask)}";
            writer.ShuffleXor("float", other, value, mask);
            writer.Line($"float {joined} = {join(value, other)};");
            value = joined;
        }

        return value;
    }

    private static void WriteByDigests(KernelWriter writer, PipelinePlan plan)
    {
        writer.Line($"""
            int thread = Group.IdxX;
            int warp = thread >> 5;
            int lane = thread & 31;
            int head = Grid.IdxY;
            int candidate = Grid.IdxX * {KernelPlan.Warps} + warp;
            """);
        using (writer.Block("if (candidate < candidateSlots[head] / PageTokens)"))
        {
            writer.Line("long digest = (long)candidates[candidateStart[head] + candidate] * DigestFloats;");
            using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
            {
                writer.Line("long query = ((long)head * GroupSize + member) * HeadDim;");
                writer.Line("float score = 0;");
                using (writer.Block("for (int channel = lane; channel < HeadDim; channel += 32)"))
                {
                    writer.Line("float q = queries[query + channel];");
                    writer.Line("score += " + Channel(plan.Residency.PageRanking) + ";");
                }

                writer.Line();
                foreach (int mask in LaneMasks)
                {
                    writer.ShuffleXor("float", "score" + CSharpLiteral.Of(mask), "score", mask);
                    writer.Line($"score += score{mask};");
                }

                using (writer.Block("if (lane == 0)"))
                {
                    writer.Line("scores[((long)head * GroupSize + member) * stride + candidate] = score;");
                }
            }
        }
    }

    private static string Channel(PageRanking ranking) => ranking switch
    {
        PageRanking.Centroid => "q * digests[digest + channel]",
        PageRanking.Quest => "XMath.Max(q * digests[digest + channel], q * digests[digest + HeadDim + channel])",
        _ => "q * digests[digest + channel] + XMath.Abs(q) * digests[digest + HeadDim + channel]",
    };
}
