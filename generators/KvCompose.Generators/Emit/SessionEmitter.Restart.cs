using KvCompose.Generators.Planning;
using KvCompose.Shared;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Emit;

/// <summary>Writes the pass that makes a new prompt of chosen tokens: the layers before the filter layer, and the choice in it.</summary>
internal static partial class SessionEmitter
{
    private static void WriteRestartCall(SourceWriter writer, StageSpec restart) => writer.WriteLine($"""
        // Restart: from here on the chosen tokens are the prompt.
        prompt = Filter(prompt, buffers, cancellation);
        """);

    private static void WriteRestart(SourceWriter writer, PipelinePlan plan, StageSpec restart)
    {
        string pooling = $"global::KvCompose.PoolingKind.{restart.Pooling.ToString()}";
        string kernel = CSharpLiteral.Of(restart.PoolingWidth);
        OptionSpec layer = restart.Option(OptionRole.Layer)!;
        string acting = layer.RunTime ? $"restart.{Identifier.Escape(layer.Name)}" : layer.Literal;
        writer.WriteLine($$"""
            /// <summary>The tokens that the last query of the filter layer finds most in, in their order; all if no fewer are wanted.</summary>
            private ReadOnlySpan<int> Filter(ReadOnlySpan<int> prompt, PrefillBuffers buffers, CancellationToken cancellation)
            {
                TransformerShape shape = {{PlanText.Shape(plan)}};
                AttentionShape attention = new(shape.QueryHeads, shape.KeyValueHeads, shape.HeadDim);
                {{restart.Type}} restart = {{StageValue.InSession(restart)}};
                int tokens = prompt.Length, filter = {{acting}};
                PropagationContext context = new() { Layer = filter, Layers = shape.Layers, PromptTokens = tokens, Tokens = tokens };
                int onward = {{restart.Type}}.Count(in restart, in context);
                if (onward < 1 || onward >= tokens)
                {
                    return prompt;
                }

                Transformer.Embed(prompt, buffers.Hidden);
                for (int layer = 0; ; layer++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    Project(layer, buffers.Hidden, buffers.Positions.AsSpan(0, tokens), buffers.Queries, buffers.Keys, buffers.Values);
                    KeyTiles.Pack(Workers, buffers.Keys, tokens, shape.KeyValueHeads, Plan.HeadDim, buffers.Tiles);
                    if (layer == filter)
                    {
                        break;
                    }

                    CausalAttention.Run(
                        Workers, Workspace, attention, buffers.Queries, buffers.Tiles, buffers.Values, tokens, buffers.Queries, null, cancellation);
                    {{PlanText.Model(plan)}}Complete(layer, buffers.Queries, buffers.Hidden, tokens);
                }

                int[] chosen = LastRowProducts.Choose(Workers, attention, buffers.Queries, buffers.Tiles, tokens, {{pooling}}, {{kernel}}, onward);
                for (int i = 0; i < onward; i++)
                {
                    chosen[i] = prompt[chosen[i]];
                }

                return chosen;
            }
            """);
    }
}
