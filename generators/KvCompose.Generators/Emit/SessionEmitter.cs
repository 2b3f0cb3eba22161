using KvCompose.Generators.Planning;
using KvCompose.Shared;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Emit;

/// <summary>Writes the session class and the loop over the layers of a prompt.</summary>
internal static partial class SessionEmitter
{
    public static SourceWriter Emit(PipelinePlan plan) => EmittedFile.Write(plan, writer =>
    {
        writer.WriteLine("/// <summary>A model with this pipeline's cache.</summary>");
        writer.WriteLine(EmittedFile.GeneratedCode);
        using (writer.WriteBlock(
            MemberModifiers.Of(plan, GeneratedMembers.Session)
            + "sealed unsafe partial class Session<TTransformer> : KvSession<TTransformer>\n    where TTransformer : struct, ITransformer"))
        {
            bool open = plan.Spec.Stages.Any(static stage => stage.HasRunTimeOptions);
            if (open)
            {
                writer.WriteLine("private readonly Options _options;");
                writer.WriteLine();
            }

            if (plan.Prefill.NeedsProfile)
            {
                writer.WriteLine("private readonly HeadProfile _profile;");
                writer.WriteLine();
            }

            if (plan.Prefill.HeadTable is not null)
            {
                writer.WriteLine("private readonly HeadScores _headScores;");
                writer.WriteLine();
            }

            if (plan.Residency.Retrieves)
            {
                foreach (StageSpec stage in plan.Residency.Tiers)
                {
                    writer.WriteLine($"private readonly {stage.Tier!} {TierField(stage)};");
                }

                writer.WriteLine();
            }

            string layout = LayoutOf(plan);
            using (writer.WriteBlock(
                $"internal Session(TTransformer transformer, Options options{(plan.Open ? ", Plan Plan" : "")})\n    : base(\""
                + plan.Spec.Name.TrimStart('@') + $"\", transformer, {layout}, Plan.GroupSize, Plan.SplitTokens, Plan.ScoreStride, Plan.ScratchFloats, options{(plan.Open ? ", padsHeads: true" : "")})"))
            {
                if (plan.Open)
                {
                    writer.WriteLine("this.Plan = Plan;");
                }

                if (open)
                {
                    writer.WriteLine("_options = options;");
                }

                WriteModelChecks(writer, plan);
                if (plan.WhyNotSliding is { } reason)
                {
                    writer.WriteLine($"RefuseSliding(\"{plan.Spec.Name.TrimStart('@')}\", \"{reason}\");");
                }

                if (plan.Spec.Stages.FirstOrDefault(static stage => stage.Slot == StageSlot.Propagation) is { } propagation)
                {
                    writer.WriteLine($"RefusePropagation(\"{plan.Spec.Name.TrimStart('@')}\", \"{propagation.Type.Name}\");");
                }

                if (plan.Prefill.NeedsProfile)
                {
                    WriteProfileOpening(writer, plan);
                }

                if (plan.Residency.Retrieves)
                {
                    WriteTierOpening(writer, plan, layout);
                }
            }

            if (plan.Open)
            {
                writer.WriteLine();
                writer.WriteLine("/// <summary>What follows from the shape of the session's model.</summary>");
                writer.WriteLine("public Plan Plan { get; }");
            }

            if (plan.Residency.Retrieves)
            {
                writer.WriteLine();
                WriteTierMembers(writer, plan);
            }

            if (plan.Spec.SharesPrefixes)
            {
                writer.WriteLine();
                writer.WriteLine("/// <inheritdoc/>");
                writer.WriteLine("protected override bool SharesPrefixes => true;");
            }

            writer.WriteLine();
            WritePrefill(writer, plan);
            if (plan.Prefill.Restart is { } filter)
            {
                writer.WriteLine();
                WriteRestart(writer, plan, filter);
            }

            writer.WriteLine();
            WriteStoreToken(writer, plan);
            writer.WriteLine();
            WriteChunkMembers(writer, plan);
        }

        if (!plan.Prefill.Selects)
        {
            writer.WriteLine();
            using (writer.WriteBlock($"private {MemberModifiers.New(plan, GeneratedMembers.PrefillLoops)}static unsafe class PrefillLoops"))
            {
                WriteStoreAll(writer, plan);
            }
        }
    });

    private static void WritePrefill(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine("/// <inheritdoc/>");
        writer.WriteLine(EmittedFile.GeneratedCode);
        using (writer.WriteBlock(
            "protected override int PrefillLayers(int sequence, ReadOnlySpan<int> prompt, PrefillBuffers buffers, CancellationToken cancellation)"))
        {
            writer.WriteLine("""
                TransformerShape shape = Staged;
                AttentionShape attention = GlobalAttention;
                SequenceCache cache = Cache(sequence);
                """);
            if (plan.Prefill.Restart is { } restart)
            {
                writer.WriteLine();
                WriteRestartCall(writer, restart);
            }

            writer.WriteLine("int heads = shape.KeyValueHeads, tokens = prompt.Length;");
            if (plan.Prefill.Selects)
            {
                WriteSelectionState(writer, plan);
            }

            if (plan.Prefill is { HeadTable: not null, HeadRole: { } role })
            {
                writer.WriteLine($"double[] headScores = PrepareHeads({StageValue.InSession(role)}, _headScores);");
            }

            if (plan.Pages.Layout.Pruned)
            {
                writer.WriteLine("float* querySquares = buffers.Block((long)heads * Plan.HeadDim);");
            }

            if (plan.Prefill.Propagates)
            {
                writer.WriteLine("double propagatedShare = 1;");
            }

            writer.WriteLine();
            writer.WriteLine("BeginPrompt(sequence, prompt, buffers, cancellation);");
            using (writer.WriteBlock("for (int layer = 0; layer < shape.Layers; layer++)"))
            {
                writer.WriteLine($"""
                    cancellation.ThrowIfCancellationRequested();

                    // Norm, projections and rotation at the original positions; keys go into tiles.
                    Project(layer, buffers.Hidden, buffers.Positions.AsSpan(0, tokens), buffers.Queries, buffers.Keys, buffers.Values);
                    KeyTiles.Pack(Workers, buffers.Keys, tokens, heads, Plan.HeadDim, buffers.Tiles);
                    """);
                if (plan.Prefill.Propagates)
                {
                    WriteOnwardTokens(writer, plan);
                }

                if (plan.Observation.ReadsAttention)
                {
                    WriteKeptQueries(writer, plan);
                }

                if (plan.Pages.Layout.Pruned)
                {
                    WriteQuerySquares(writer);
                }

                writer.WriteLine();
                if (plan.Prefill.Propagates)
                {
                    WriteAttentionBeforeCut(writer, plan);
                }
                else
                {
                    writer.WriteLine("// Exact attention over all tokens that reached the layer.");
                    WriteAttention(writer, plan);
                }

                writer.WriteLine();
                if (plan.Prefill.Selects)
                {
                    WriteSelection(writer, plan);
                }
                else
                {
                    writer.WriteLine($$"""
                        // Every token is kept.
                        for (int head = 0; head < heads; head++)
                        {
                            cache.Resize(layer, head, tokens);
                        }

                        PrefillLoops.StoreAllWork store = new()
                        {
                            {{PlanText.Given(plan)}}Pool = Pool, Tables = cache.Layer(layer), Heads = heads, Tokens = tokens,
                            Keys = buffers.Keys, Values = buffers.Values, Positions = buffers.Positions,{{StoreQueries(plan)}}
                        };
                        Workers.Run(ref store, heads);
                        """);
                }

                if (plan.Prefill.Propagates)
                {
                    WritePropagation(writer, plan);
                }

                writer.WriteLine($"""

                    // Output projection and feed-forward block.
                    CompletePrompt(sequence, layer, {(plan.Prefill.Propagates ? "attended" : "buffers.Queries")}, buffers, tokens, cancellation);
                    """);
            }

            if (plan.Decode.Evicts && plan.Prefill.Cascades && !plan.Prefill.DividesAgain)
            {
                WriteFinalBudgets(writer);
            }

            if (plan.Decode.Order != PoolingOrder.None)
            {
                WriteLineUpCalls(writer, plan);
            }

            if (plan.Residency.Retrieves)
            {
                writer.WriteLine();
                writer.WriteLine("// All layers are stored: what was placed can be asked for.");
                foreach (StageSpec tier in plan.Residency.Tiers)
                {
                    writer.WriteLine($"{TierField(tier)}.OnPrefillCompleted(sequence, prompt.Length, cancellation);");
                }
            }

            writer.WriteLine();
            writer.WriteLine("PromptLogits(sequence, buffers.Hidden + ((nint)(tokens - 1) * shape.Hidden));");
            writer.WriteLine("return prompt.Length;");
        }
    }

    private static void WriteKeptQueries(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine("""

            // Attention overwrites the queries: those of the observed rows are kept aside.
            """);
        if (!plan.Observation.Collects)
        {
            writer.WriteLine("bool observed = tokens > Plan.Sinks + Plan.Window;");
        }

        if (plan.Observation.ReadsWindow)
        {
            writer.WriteLine($"""
                int rows = Math.Min(Plan.ObservedRows, tokens);
                PrefillLoops.KeepWindowQueries({PlanText.Argument(plan)}buffers.Queries, tokens, rows, heads, windowQueries);
                """);
        }

        if (plan.Observation.ReadsAllRows)
        {
            writer.WriteLine($$"""
                PrefillLoops.KeepQueriesWork keepQueries = new() { {{PlanText.Given(plan)}}Queries = buffers.Queries, Kept = allQueries, Tokens = tokens, Heads = heads };
                Workers.Run(ref keepQueries, shape.QueryHeads);
                """);
        }
    }

    private static void WriteQuerySquares(SourceWriter writer) => writer.WriteLine("""

        // Which channels of the keys matter to the last queries.
        ChannelChoice.Observe(buffers.Queries, tokens, Plan.ChannelRows, heads, Plan.GroupSize, Plan.HeadDim, querySquares);
        """);

    /// <summary>What a store is told beside keys and values where it chooses channels.</summary>
    private static string StoreQueries(PipelinePlan plan) => plan.Pages.Layout.Pruned ? " QuerySquares = querySquares," : "";

    private static void WriteAttention(SourceWriter writer, PipelinePlan plan)
    {
        string lse = plan.Observation.ReadsAttention ? "buffers.LogSumExp" : "null";
        writer.WriteLine($"""
            CausalAttention.Run(
                Workers, Workspace, attention, buffers.Queries, buffers.Tiles, buffers.Values, tokens, buffers.Queries, {lse}, cancellation);
            """);
    }

    private static void WriteStoreToken(SourceWriter writer, PipelinePlan plan) => writer.WriteLine($$"""
        /// <inheritdoc/>
        {{EmittedFile.GeneratedCode}}
        protected override void StoreToken(PageTable* table, int slot, float* key, float* value, int position)
            => PageOps.Store({{PlanText.Argument(plan)}}{{DecodeEmitter.OpenPage(plan)}}Pool.Address(table->Pages[slot / Plan.PageTokens]), slot % Plan.PageTokens, key, value, position);
        """);

    /// <summary>The layout of the pages, as an expression.</summary>
    public static string LayoutOf(PipelinePlan plan)
        => plan.Open ? "Plan.Layout" : StatedLayoutOf(plan, "Plan.", "Plan.ElementBits");

    /// <summary>The layout of the pages of a stated shape, as an expression.</summary>
    /// <param name="plan">The pipeline.</param>
    /// <param name="from">What the names of constants begin with.</param>
    /// <param name="elementBits">Bits of an element, as an expression.</param>
    public static string StatedLayoutOf(PipelinePlan plan, string from, string elementBits)
    {
        var arguments = new List<string> { from + "HeadDim", from + "PageTokens", elementBits };
        if (plan.Pages.Layout.StateWords > 0)
        {
            arguments.Add($"stateWords: {CSharpLiteral.Of(plan.Pages.Layout.StateWords)}");
        }

        if (plan.Pages.Layout.HasPerPageCounts)
        {
            arguments.Add("counted: true");
        }

        if (plan.Pages.Layout.Quantised)
        {
            arguments.Add("quantised: true");
        }

        if (plan.Pages.Layout.Pruned)
        {
            arguments.Add($"keyChannels: {from}KeyChannels");
        }

        return $"new PageLayout({string.Join(", ", arguments)})";
    }

    private static void WriteProfileOpening(SourceWriter writer, PipelinePlan plan)
    {
        string declared = plan.Prefill.HeadRole?.Profile?.Roles is null ? "" : " ?? PrefillLoops.Profile";
        writer.WriteLine($"_profile = RequireProfile(\"{plan.Spec.Name.TrimStart('@')}\", options.Profile{declared});");
        if (plan.Prefill.HeadRole is { } role && (role.Facts.Needs & StageProducts.HeadProfile) != 0)
        {
            writer.WriteLine($$"""
                {{role.Type}} headRole = {{StageValue.InSession(role)}};
                CheckRoles(in headRole, _profile);
                """);
        }
    }

    /// <summary>The field of a tier.</summary>
    public static string TierField(StageSpec stage) => "_tier" + Suffix(stage);

    /// <summary>Tells what belongs to the residencies of a pipeline apart: nothing for the first.</summary>
    private static string Suffix(StageSpec stage) => stage.Ordinal == 0 ? "" : CSharpLiteral.Of(stage.Ordinal + 1);

    private static void WriteTierOpening(SourceWriter writer, PipelinePlan plan, string layout)
    {
        writer.WriteLine($"StoragePageWriter<{plan.Pages.Storage}> writer = new StoragePageWriter<{plan.Pages.Storage}>({layout});");
        foreach (StageSpec stage in plan.Residency.Tiers)
        {
            string asked = (stage.Facts.Needs & StageProducts.HeadProfile) != 0 ? " Profile = _profile," : "";
            asked += (stage.Facts.Needs & StageProducts.TokenScores) != 0
                ? $" Pooling = PoolingKind.{plan.Prefill.Pooling}, PoolingKernel = Plan.PoolingKernel, Reduction = GroupReduction.{plan.Prefill.Reduction},"
                : "";
            asked += stage.FilterLayers is { Count: > 0 } filters
                ? $" FilterLayers = [{string.Join(", ", filters.Select(static layer => CSharpLiteral.Of(layer)))}],"
                : "";
            asked += plan.Residency.TakesCuts && stage.TakesCuts ? " Cascades = true," : "";
            string with = asked.Length == 0 ? "" : $" with {{{asked.TrimEnd(',')} }}";
            string residency = "residency" + Suffix(stage);
            writer.WriteLine($$"""
                {{stage.Type}} {{residency}} = {{StageValue.InSession(stage)}};
                {{TierField(stage)}} = {{stage.Type}}.Open(in {{residency}}, TierContext("{{plan.Spec.Name.TrimStart('@')}}", writer, Plan.Sinks, Plan.Window){{with}});
                """);
        }
    }

    private static void WriteTierMembers(SourceWriter writer, PipelinePlan plan) => writer.WriteLine($$"""
        /// <inheritdoc/>
        {{EmittedFile.GeneratedCode}}
        protected override global::System.Collections.Generic.IReadOnlyList<IRetrievalTier> Tiers => new IRetrievalTier[] { {{string.Join(", ", plan.Residency.Tiers.Select(TierField))}} };
        """);

    /// <summary>A prompt of which nothing was left out was never ranked for good: its tokens stand by position.</summary>
    private static void WriteLineUpCalls(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine();
        writer.WriteLine("// The line along which decoding pools.");
        bool physical = plan.Decode.Order == PoolingOrder.Physical;
        if (physical)
        {
            writer.WriteLine("""
                bool ranked = false;
                for (int head = 0; head < shape.Layers * heads; head++)
                {
                    ranked |= (cache.Layer(0) + head)->Tokens < statistics[head / heads].Tokens;
                }

                """);
        }

        writer.WriteLine($$"""
            for (int head = 0; head < shape.Layers * heads; head++)
            {
                DecodeLoops.LineUp({{PlanText.Argument(plan)}}Pool, cache.Layer(0) + head{{(physical ? ", ranked" : "")}});
            }
            """);
    }

    private static void WriteFinalBudgets(SourceWriter writer) => writer.WriteLine("""

        // What every layer may hold while decoding: its budget of the last stage of the cascade.
        for (int done = 0; done < shape.Layers; done++)
        {
            for (int head = 0; head < heads; head++)
            {
                PageTable* table = cache.Layer(done) + head;
                table->Budget = PrefillLoops.Capacity(capacities[done] > 0 ? capacities[done] : layerBudgets[done]);
                table->RetainsWeights = true;
            }
        }
        """);

    private static void WriteStoreAll(SourceWriter writer, PipelinePlan plan) => writer.WriteLine($$"""
        /// <summary>Stores every token of a head, in order.</summary>
        internal struct StoreAllWork : IParallelWork
        {
            {{PlanText.Field(plan)}}public PagePool Pool;
            public PageTable* Tables;
            public int Heads;
            public int Tokens;
            public float* Keys;
            public float* Values;
            public int[] Positions;{{(plan.Pages.Layout.Pruned ? "\n    public float* QuerySquares;" : "")}}

            public readonly void Run(int head, int worker)
            {
                PageTable* table = Tables + head;{{(plan.Pages.Layout.Pruned ? "\n        " + SelectionEmitter.ChannelChoice("null", "Tokens") : "")}}
                for (int slot = 0; slot < Tokens; slot++)
                {
                    nint source = (((nint)slot * Heads) + head) * Plan.HeadDim;
                    byte* page = Pool.Address(table->Pages[slot / Plan.PageTokens]);
                    PageOps.Store({{PlanText.Argument(plan)}}{{DecodeEmitter.OpenPage(plan)}}page, slot % Plan.PageTokens, Keys + source, Values + source, Positions[slot]);
                }
            }
        }
        """);
}
