using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>
/// Writes the choice of the pages that the query heads of a group share, best first, as long as the next one fits the budget. Where the heads' scores add up
/// (attention mass, ArkVale) there is one list, else one a head, of which each gives its next best in turn. All threads look for the best page after the one
/// before; ties go to the lower candidate. Plain form: <c>KvCompose.Reference.IceCache.ClusteredSearch</c> and <c>GroupMerge</c>.
/// </summary>
internal static class PageChoiceKernel
{
    public const string Name = "PageChoiceKernel";

    public static Kernel Of(PipelinePlan plan) => new(
        Name,
        "The pages of one head that fit the budget, best first. Group (head).",
        [
            KernelParameter.Pool,
            KernelParameter.Ints("candidates", "Host page ids, ascending; the lists of all heads one after another."),
            KernelParameter.Ints("candidateStart", "[heads], where a head's list begins."),
            KernelParameter.Ints("candidateSlots", "[heads], PageTokens times the pages of a head's list."),
            KernelParameter.Floats("scores", "[heads][GroupSize][stride], from PageScoreKernel" + (AddsUp(plan) ? "; the first head's receive the sums." : ".")),
            KernelParameter.Ints("taken", "[heads][stride], scratch: whether a candidate is chosen."),
            KernelParameter.Ints("chosen", "[heads][stride], receives host page ids."),
            KernelParameter.Ints("chosenPages", "[heads], receives how many."),
            new("int", "budget", "Tokens that the pages of a head may hold together."),
            new("int", "stride", "Candidates from one query head's scores to the next's."),
        ],
        Synchronises: true,
        writer => WriteBody(writer, plan));

    private static bool AddsUp(PipelinePlan plan) => plan.Residency.PageRanking is PageRanking.LogSumExp or PageRanking.ArkVale;

    private static void WriteBody(KernelWriter writer, PipelinePlan plan)
    {
        writer.Line($"""
            const int Lists = {(AddsUp(plan) ? "1" : "GroupSize")};
            ArrayView<uint> warpScores = SharedMemory.Allocate<uint>({KernelPlan.Warps});
            ArrayView<int> warpPlaces = SharedMemory.Allocate<int>({KernelPlan.Warps});
            ArrayView<uint> lastScores = SharedMemory.Allocate<uint>(Lists); // what each list gave last
            ArrayView<int> lastPlaces = SharedMemory.Allocate<int>(Lists);
            int thread = Group.IdxX;
            int warp = thread >> 5;
            int lane = thread & 31;
            int head = Grid.IdxX;
            int count = candidateSlots[head] / PageTokens;
            long row = (long)head * stride;
            long first = (long)head * GroupSize * stride;
            """);
        using (writer.Block($"for (int candidate = thread; candidate < count; candidate += {KernelPlan.Threads})"))
        {
            writer.Line("taken[row + candidate] = 0;");
        }

        using (writer.Block("if (thread < Lists)"))
        {
            writer.Line("lastScores[thread] = uint.MaxValue;");
            writer.Line("lastPlaces[thread] = -1;");
        }

        writer.Line();
        if (AddsUp(plan))
        {
            WriteSums(writer, plan);
        }

        writer.Barrier();
        writer.Line("""
            int left = budget;
            int number = 0;
            int most = IntrinsicMath.Min(count, budget) * Lists;
            """);
        using (writer.Block("for (int turn = 0; turn < most && left > 0; turn++)"))
        {
            WriteTurn(writer);
        }

        writer.Line();
        using (writer.Block("if (thread == 0)"))
        {
            writer.Line("chosenPages[head] = number;");
        }
    }

    /// <summary>Scores of the group: the sum of the heads', as shares of the attention mass where scores are logarithms of it.</summary>
    private static void WriteSums(KernelWriter writer, PipelinePlan plan)
    {
        if (plan.Residency.PageRanking == PageRanking.LogSumExp)
        {
            writer.Line("// Each head's scores become shares of the mass that it sees.");
            using (writer.Block("for (int member = warp; member < GroupSize; member += " + CSharpLiteral.Of(KernelPlan.Warps) + ")"))
            {
                writer.Line("""
                    long own = first + (long)member * stride;
                    float top = float.NegativeInfinity;
                    for (int candidate = lane; candidate < count; candidate += 32)
                    {
                        top = XMath.Max(top, scores[own + candidate]);
                    }

                    """);
                WriteJoin(writer, "top", static (a, b) => $"XMath.Max({a}, {b})");
                writer.Line("""
                    float shift = top == float.NegativeInfinity ? 0 : top; // no candidate holds a token
                    float mass = 0;
                    for (int candidate = lane; candidate < count; candidate += 32)
                    {
                        mass += XMath.Exp(scores[own + candidate] - shift);
                    }

                    """);
                WriteJoin(writer, "mass", static (a, b) => $"{a} + {b}");
                writer.Line("""
                    for (int candidate = lane; candidate < count; candidate += 32)
                    {
                        scores[own + candidate] = XMath.Exp(scores[own + candidate] - shift) / mass;
                    }
                    """);
            }

            writer.Line();
            writer.Barrier();
        }

        writer.Line($$"""
            for (int candidate = thread; candidate < count; candidate += {{KernelPlan.Threads}})
            {
                float sum = 0;
                for (int member = 0; member < GroupSize; member++)
                {
                    sum += scores[first + (long)member * stride + candidate];
                }

                scores[first + candidate] = sum;
            }

            """);
    }

    private static void WriteTurn(KernelWriter writer)
    {
        writer.Line($$"""
            // The best after what the list gave last: lower score, or the same score further on.
            int list = turn % Lists;
            long own = first + (long)list * stride;
            uint lastScore = lastScores[list];
            int lastPlace = lastPlaces[list];
            uint score = 0;
            int place = count;
            for (int candidate = thread; candidate < count; candidate += {{KernelPlan.Threads}})
            {
                uint ordered = Ordered(scores[own + candidate]);
                bool behind = ordered < lastScore || (ordered == lastScore && candidate > lastPlace);
                if (behind && (place == count || ordered > score))
                {
                    score = ordered;
                    place = candidate;
                }
            }

            """);
        for (int mask = 16; mask > 0; mask /= 2)
        {
            string own = CSharpLiteral.Of(mask);
            writer.ShuffleXor("uint", "score" + own, "score", mask);
            writer.ShuffleXor("int", "place" + own, "place", mask);
            writer.Line($$"""
                if (place{{own}} < count && (place == count || score{{own}} > score || (score{{own}} == score && place{{own}} < place)))
                {
                    score = score{{own}};
                    place = place{{own}};
                }

                """);
        }

        using (writer.Block("if (lane == 0)"))
        {
            writer.Line("warpScores[warp] = score;");
            writer.Line("warpPlaces[warp] = place;");
        }

        writer.Line();
        writer.Barrier();
        writer.Line($$"""
            for (int other = 0; other < {{KernelPlan.Warps}}; other++)
            {
                int otherPlace = warpPlaces[other];
                if (otherPlace < count
                    && (place == count || warpScores[other] > score || (warpScores[other] == score && otherPlace < place)))
                {
                    score = warpScores[other];
                    place = otherPlace;
                }
            }

            // Every thread knows the page by now. Another list may have given it before.
            bool isNew = place < count && taken[row + place] == 0;
            int page = candidates[candidateStart[head] + IntrinsicMath.Min(place, count - 1)];
            int tokens = (int)Interop.FloatAsInt(pool[(long)page * PageFloats + PageCount]);
            left -= isNew ? tokens : 0;
            """);
        writer.Barrier();
        using (writer.Block("if (thread == 0)"))
        {
            writer.Line("""
                lastScores[list] = score;
                lastPlaces[list] = place;
                if (isNew && left >= 0)
                {
                    taken[row + place] = 1;
                    chosen[row + number] = page;
                }
                """);
        }

        writer.Line("number += isNew && left >= 0 ? 1 : 0;");
        writer.Barrier();
    }

    private static void WriteJoin(KernelWriter writer, string name, Func<string, string, string> join)
    {
        for (int mask = 16; mask > 0; mask /= 2)
        {
            string other = name + CSharpLiteral.Of(mask);
            writer.ShuffleXor("float", other, name, mask);
            writer.Line($"{name} = {join(name, other)};");
        }
    }
}
