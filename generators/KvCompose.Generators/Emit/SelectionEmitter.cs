using KvCompose.Generators.Planning;
using KvCompose.Shared;
using KvCompose.Shared.Profiles;

namespace KvCompose.Generators.Emit;

/// <summary>Writes what decides over tokens in prefill: the fused observation pass, the scores, the choice and the store.</summary>
internal static partial class SelectionEmitter
{
    public static SourceWriter Emit(PipelinePlan plan) => EmittedFile.Write(plan, writer =>
    {
        using (writer.WriteBlock("private static unsafe partial class Loops"))
        {
            if (plan.ObservesWindow || plan.ObservesKeyNorm)
            {
                WriteObserve(writer, plan);
                writer.WriteLine();
            }

            if (plan.ObservesAllRows)
            {
                WriteAllRows(writer);
                writer.WriteLine();
            }

            if (plan.ObservesAttention)
            {
                WriteRows(writer, plan, RowsAtOnce);
                writer.WriteLine();
                WriteRows(writer, plan, 1);
                writer.WriteLine();
            }

            WriteScore(writer, plan);
            writer.WriteLine();
            WriteStore(writer, plan);
            if (plan.Propagates)
            {
                writer.WriteLine();
                WritePropagation(writer, plan);
            }

            if (plan.Residencies.Any())
            {
                writer.WriteLine();
                WriteLeftOut(writer);
            }

            if (plan.ObservesEntropy || plan.ObservesVariance)
            {
                writer.WriteLine();
                WriteTotal(writer);
            }

            if (plan.HeadRole is { Profile: { Heads: > 0 } profile })
            {
                writer.WriteLine();
                if (profile.Roles is { } roles)
                {
                    WriteHeadRoles(writer, profile, roles);
                }
                else
                {
                    WriteHeadScores(writer, profile);
                }
            }
        }
    });

    private static void WriteHeadScores(SourceWriter writer, ProfileSpec profile)
    {
        writer.WriteLine("/// <summary>Scores of the heads of all layers, from the profile.</summary>");
        writer.WriteLine("internal static ReadOnlySpan<double> HeadScores => new double[]");
        using (writer.WriteBlock("", ";"))
        {
            for (int layer = 0; layer < profile.Layers; layer++)
            {
                writer.WriteLine(string.Join(", ", profile.Values.Skip(layer * profile.Heads).Take(profile.Heads).Select(CSharpLiteral.Of)) + ",");
            }
        }
    }

    private static void WriteHeadRoles(SourceWriter writer, ProfileSpec profile, HeadRoleTable roles)
    {
        writer.WriteLine($"/// <summary>What '{XmlText.Escape(profile.File)}' says of the model's heads: classes, weights and stars, layer by layer.</summary>");
        writer.WriteLine("internal static readonly HeadProfile Profile = new HeadProfile(");
        WriteLayers(writer, profile.Layers, ",", layer => InLayer(roles.Classes, layer).Select(static head => "HeadClass." + (HeadClass)head));
        WriteLayers(writer, profile.Layers, ",", layer => InLayer(profile.Values, layer).Select(CSharpLiteral.Of));
        WriteLayers(writer, profile.Layers, ");", layer => roles.Stars.Where(star => star.Layer == layer).Select(StarOf));

        IEnumerable<T> InLayer<T>(IEnumerable<T> values, int layer) => values.Skip(layer * profile.Heads).Take(profile.Heads);

        static string StarOf(StarSpec star) => $"new HeadStar({string.Join(", ", star.Satellites.Prepend(star.Pivot).Select(CSharpLiteral.Of))})";
    }

    private static void WriteLayers(SourceWriter writer, int layers, string end, Func<int, IEnumerable<string>> heads)
    {
        writer.WriteLine("    [");
        for (int layer = 0; layer < layers; layer++)
        {
            writer.WriteLine($"        [{string.Join(", ", heads(layer))}],");
        }

        writer.WriteLine("    ]" + end);
    }

    private static void WriteScore(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine(plan.Collects
            ? "/// <summary>Scores all tokens of one key-value head: the window's go on collecting too.</summary>"
            : "/// <summary>Scores the tokens of one key-value head that come before the window.</summary>");
        using (writer.WriteBlock("internal struct ScoreWork : IParallelWork"))
        {
            writer.WriteLine($"public {plan.Selection.Type} Options;");
            writer.WriteLine("public int[] Positions;");
            foreach (string pointer in StatisticPointers(plan).Select(static statistic => statistic.Field))
            {
                writer.WriteLine($"public float* {pointer};");
            }

            writer.WriteLine("""
                public float* Scores;
                public float* Padded;
                public int PaddedStride;
                public int Stride;
                public int Tokens;
                public int PromptTokens;

                """);
            using (writer.WriteBlock("public readonly void Run(int head, int worker)"))
            {
                writer.WriteLine($$"""
                    int candidates = {{ScoredTokens(plan)}};
                    float* scores = Scores + ((nint)head * Stride);
                    float* padded = Padded + ((nint)worker * PaddedStride) + {{Border(plan)}};
                    """);
                string members = plan.ScoredHeads == 1 ? "1" : "Plan.GroupSize";
                using (writer.WriteBlock($"for (int member = 0; member < {members}; member++)"))
                {
                    WriteStageScore(writer, plan);
                    writer.WriteLine();
                    WritePooling(writer, plan, plan.PoolingKernel, plan.ScoredHeads);
                }

                if (plan.Reduction == GroupReduction.Mean && plan.ScoredHeads > 1)
                {
                    writer.WriteLine("""

                        for (int token = 0; token < candidates; token++)
                        {
                            scores[token] *= 1f / Plan.GroupSize;
                        }
                        """);
                }
            }
        }
    }

    private static void WriteStageScore(SourceWriter writer, PipelinePlan plan)
    {
        foreach ((string field, _, bool perQueryHead) in StatisticPointers(plan))
        {
            string row = perQueryHead ? "((head * Plan.GroupSize) + member)" : "head";
            writer.WriteLine($"float* {Lower(field)} = {field} + ((nint){row} * Stride);");
        }

        using (writer.WriteBlock("for (int token = 0; token < candidates; token++)"))
        {
            string set = string.Concat(StatisticPointers(plan).Select(static statistic => $", {statistic.Property} = {Lower(statistic.Field)}[token]"));
            writer.WriteLine($"var seen = new TokenStatistics {{ Position = Positions[token], PromptTokens = PromptTokens{set} }};");
            writer.WriteLine($"padded[token] = {plan.Selection.Type}.Score(in Options, in seen);");
        }
    }

    /// <summary>Pools <c>padded</c> along its tokens and reduces it over the members into <c>scores</c>.</summary>
    public static void WritePooling(SourceWriter writer, PipelinePlan plan, int kernel, int members)
    {
        string target = members == 1 ? "scores[token] = pooled;" : plan.Reduction switch
        {
            GroupReduction.Max => "scores[token] = member == 0 ? pooled : MathF.Max(scores[token], pooled);",
            _ => "scores[token] = member == 0 ? pooled : scores[token] + pooled;",
        };
        if (kernel == 1)
        {
            using (writer.WriteBlock("for (int token = 0; token < candidates; token++)"))
            {
                writer.WriteLine("float pooled = padded[token];");
                writer.WriteLine(target);
            }

            return;
        }

        bool average = plan.Pooling == PoolingKind.Average;
        string neutral = average ? "0" : "float.NegativeInfinity";
        int reach = kernel / 2;
        writer.WriteLine($"""
            // Borders that count as {(average ? "zero" : "nothing")}: the window is not among the pooled tokens.
            new Span<float>(padded - {reach}, {reach}).Fill({neutral});
            new Span<float>(padded + candidates, {reach}).Fill({neutral});
            """);
        if (average)
        {
            WriteAverage(writer, plan, kernel, members);
            return;
        }

        using (writer.WriteBlock("for (int token = 0; token < candidates; token++)"))
        {
            writer.WriteLine($"float pooled = {At(-reach)};");
            for (int offset = -reach + 1; offset <= reach; offset++)
            {
                writer.WriteLine($"pooled = MathF.Max(pooled, {At(offset)});");
            }

            writer.WriteLine(target);
        }

        static string At(int offset) => offset switch
        {
            0 => "padded[token]",
            < 0 => $"padded[token - {CSharpLiteral.Of(-offset)}]",
            _ => $"padded[token + {CSharpLiteral.Of(offset)}]",
        };
    }

    /// <summary>Sixteen tokens at a time; what lies behind the last candidate has room and is not looked at.</summary>
    private static void WriteAverage(SourceWriter writer, PipelinePlan plan, int kernel, int members)
    {
        int reach = kernel / 2;
        using (writer.WriteBlock("for (int token = 0; token < candidates; token += 16)"))
        {
            string sum = string.Join(" + ", Enumerable.Range(-reach, kernel).Select(static offset => $"Vector512.Load({At(offset)})"));
            writer.WriteLine($"Vector512<float> pooled = ({sum}) * Vector512.Create(1f / Plan.PoolingKernel);");
            if (members > 1)
            {
                string reduced = plan.Reduction == GroupReduction.Max ? "Vector512.Max(Vector512.Load(scores + token), pooled)" : "Vector512.Load(scores + token) + pooled";
                writer.WriteLine($"pooled = member == 0 ? pooled : {reduced};");
            }

            writer.WriteLine("pooled.Store(scores + token);");
        }

        static string At(int offset) => offset switch
        {
            0 => "padded + token",
            < 0 => $"padded + token - {CSharpLiteral.Of(-offset)}",
            _ => $"padded + token + {CSharpLiteral.Of(offset)}",
        };
    }

    /// <summary>Tokens that are scored: what has always been kept counts too where scores are collected, for it may leave later.</summary>
    public static string ScoredTokens(PipelinePlan plan) => plan.Collects ? "Tokens" : "Tokens - Plan.Window";

    /// <summary>Floats before and behind a pooled line, in whole vectors.</summary>
    public static int Border(PipelinePlan plan) => (plan.PoolingKernel + 15) / 16 * 16;

    private static void WriteStore(SourceWriter writer, PipelinePlan plan)
    {
        string collect = plan.Collects
            ? "\n            ((float*)(page + Plan.CollectedOffset))[slot % Plan.PageTokens] = Scores[((nint)head * Stride) + kept[slot]];"
            : "";
        writer.WriteLine($$"""
            /// <summary>Tokens that a head with this budget keeps. A prompt too short to be cut by the budget is kept whole.</summary>
            internal static int Kept(int budget, int tokens)
                => budget >= tokens || budget < Math.Max(1, Plan.Sinks + Plan.Window) ? tokens : budget;

            /// <summary>Chooses the tokens of one head and copies them into its pages.</summary>
            internal struct StoreWork : IParallelWork
            {
                public PagePool Pool;
                public PageTable* Tables;
                public float* Scores;
                public int* Kept;
                public int Heads;
                public int Tokens;
                public int Stride;
                public float* Keys;
                public float* Values;
                public int[] Positions;

                public readonly void Run(int head, int worker)
                {
                    PageTable* table = Tables + head;
                    int* kept = Kept + ((nint)head * Stride);
                    Choose(Scores + ((nint)head * Stride), Tokens, table->Tokens, kept);
                    for (int slot = 0; slot < table->Tokens; slot++)
                    {
                        nint source = (((nint)kept[slot] * Heads) + head) * Plan.HeadDim;
                        byte* page = Pool.Address(table->Pages[slot / Plan.PageTokens]);
                        Store({{DecodeEmitter.OpenPage(plan)}}page, slot % Plan.PageTokens, Keys + source, Values + source, Positions[kept[slot]]);{{collect}}
                    }
                }
            }
            """);
        if (plan.Evicts)
        {
            writer.WriteLine();
            writer.WriteLine("""
                /// <summary>Tokens that a head with this budget may hold while decoding: it grows up to its budget.</summary>
                internal static int Capacity(int budget, int tokens) => budget < Math.Max(1, Plan.Sinks + Plan.Window) ? tokens : budget;
                """);
        }

        writer.WriteLine();
        writer.WriteLine(plan.KeepsRanked ? RankedChoice : AscendingChoice);
    }

    private const string AscendingChoice = """
        /// <summary>Rows that a head keeps, ascending: sinks, the best of the others, window.</summary>
        internal static void Choose(float* scores, int tokens, int count, int* kept)
        {
            if (count == tokens)
            {
                for (int row = 0; row < tokens; row++)
                {
                    kept[row] = row;
                }

                return;
            }

            for (int row = 0; row < Plan.Sinks; row++)
            {
                kept[row] = row;
            }

            TokenRanking.Choose(scores, Plan.Sinks, tokens - Plan.Window, count - Plan.Sinks - Plan.Window, kept + Plan.Sinks);
            for (int row = 0; row < Plan.Window; row++)
            {
                kept[count - Plan.Window + row] = tokens - Plan.Window + row;
            }
        }
        """;

    private const string RankedChoice = """
        /// <summary>Rows that a head keeps: sinks and window, then the others best first, so that a smaller budget is a shorter table.</summary>
        internal static void Choose(float* scores, int tokens, int count, int* kept)
        {
            int sinks = Math.Min(Plan.Sinks, tokens), window = Math.Min(Plan.Window, tokens - sinks);
            for (int row = 0; row < sinks; row++)
            {
                kept[row] = row;
            }

            for (int row = 0; row < window; row++)
            {
                kept[sinks + row] = tokens - window + row;
            }

            TokenRanking.Rank(scores, sinks, tokens - window, count - sinks - window, kept + sinks + window);
        }
        """;

    private static void WriteLeftOut(SourceWriter writer) => writer.WriteLine("""
        /// <summary>Rows that are not kept, ascending; what is kept may come in any order.</summary>
        internal static int[] LeftOut(int* kept, int count, int tokens)
        {
            var stays = new bool[tokens];
            for (int slot = 0; slot < count; slot++)
            {
                stays[kept[slot]] = true;
            }

            var rows = new int[tokens - count];
            for (int row = 0, left = 0; row < tokens; row++)
            {
                if (!stays[row])
                {
                    rows[left++] = row;
                }
            }

            return rows;
        }
        """);

    private static void WriteTotal(SourceWriter writer) => writer.WriteLine("""
        /// <summary>Sum of a statistic over its rows and the tokens before the window.</summary>
        internal static double Total(float* statistic, int rows, int stride, int tokens)
        {
            double total = 0;
            for (int row = 0; row < rows; row++)
            {
                for (int token = 0; token < tokens - Plan.Window; token++)
                {
                    total += statistic[((nint)row * stride) + token];
                }
            }

            return total;
        }
        """);

    private static List<(string Field, string Property, bool PerQueryHead)> StatisticPointers(PipelinePlan plan)
    {
        var pointers = new List<(string, string, bool)>();
        if (plan.ObservesWindow)
        {
            pointers.Add(("Sums", "WindowSum", true));
        }

        if (plan.ObservesVariance)
        {
            pointers.Add(("Variances", "WindowVariance", true));
        }

        if (plan.ObservesAllRows)
        {
            pointers.Add(("AllRows", "AllRowsSum", true));
        }

        if (plan.ObservesKeyNorm)
        {
            pointers.Add(("Norms", "KeyNorm", false));
        }

        return pointers;
    }

    private static string Lower(string name) => char.ToLowerInvariant(name[0]) + name.Substring(1);
}
