using KvCompose.Models;
using KvCompose.Models.Tests.Support;

namespace KvCompose.IntegrationTests.Families2026;

/// <summary>Layers whose tokens see the block of positions that they are in (Llama 4). There are no vectors of this family: what must hold is checked.</summary>
public sealed class BlockAttentionTests : IDisposable
{
    private const int Hidden = 32, Heads = 2, HeadDim = 16, Width = 24, Vocabulary = 40, Block = 8;
    private const float Tolerance = 1e-4f;

    private readonly string _folder = Directory.CreateTempSubdirectory("kvcompose-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Where every layer sees blocks, a block's tokens know nothing of the one before it.</summary>
    [Fact]
    public void Forward_TokensOfAnEarlierBlock_ChangeNothing()
    {
        using LanguageModel model = Load(1, 1);
        int[] text = Tokens(Block + 4, 1), other = [.. Tokens(Block, 2), .. text[Block..]], near = [.. text];
        near[Block + 1] = (near[Block + 1] + 1) % Vocabulary;
        AssertNear(Last(model.Forward(text)), Last(model.Forward(other)));
        Assert.Contains(Last(model.Forward(text)).Zip(Last(model.Forward(near))), static pair => Math.Abs(pair.First - pair.Second) > 0.01f);
    }

    [Fact]
    public void Forward_ALayerThatSeesAll_KnowsEarlierBlocks()
    {
        using LanguageModel model = Load(1, 0);
        int[] text = Tokens(Block + 4, 1), other = [.. Tokens(Block, 2), .. text[Block..]];
        Assert.Contains(Last(model.Forward(text)).Zip(Last(model.Forward(other))), static pair => Math.Abs(pair.First - pair.Second) > 0.01f);
    }

    /// <summary>Prompts, pieces and steps that begin and end anywhere in a block.</summary>
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(5, 2, 12)]
    [InlineData(7, 1, 9)]
    [InlineData(8, 8, 3)]
    [InlineData(13, 20, 10)]
    [InlineData(24, 3, 17)]
    public void Session_AcrossBlocks_GivesWhatTheWholeTextGives(int prompt, int piece, int steps)
    {
        using LanguageModel model = Load(1, 0, 1);
        int[] text = Tokens(prompt + piece + steps, 3);
        using KvSession session = HybridWhole.Open(model);
        session.Prefill(text.AsSpan(..prompt));
        AssertNear(Last(model.Forward(text.AsSpan(..prompt))), session.Logits());
        session.Append(text.AsSpan(prompt, piece));
        AssertNear(Last(model.Forward(text.AsSpan(..(prompt + piece)))), session.Logits());
        for (int length = prompt + piece; length < text.Length; length++)
        {
            session.Step([text[length]]);
            AssertNear(Last(model.Forward(text.AsSpan(..(length + 1)))), session.Logits());
            Assert.Equal(Enumerable.Range(length / Block * Block, (length % Block) + 1), session.Positions(0, 0));
        }
    }

    [Fact]
    public void Open_SlidingOverBlocks_IsRefused()
    {
        using LanguageModel model = Load(1, 0);
        Assert.Contains("see blocks of positions", Assert.Throws<StageOptionException>(
            () => HybridWhole.Open(model, new HybridWhole.Options { Overflow = ContextOverflow.Slide })).Message);
    }

    private LanguageModel Load(params int[] rotates)
    {
        File.WriteAllText(Path.Combine(_folder, "config.json"), $$"""
            {"model_type":"llama4_text","hidden_size":{{Hidden}},"intermediate_size":{{Width}},"intermediate_size_mlp":{{Width}},
            "num_hidden_layers":{{rotates.Length}},"num_attention_heads":{{Heads}},"num_key_value_heads":1,"head_dim":{{HeadDim}},
            "vocab_size":{{Vocabulary}},"max_position_embeddings":64,"attention_chunk_size":{{Block}},"no_rope_layers":[{{string.Join(',', rotates)}}],
            "moe_layers":[{{rotates.Length - 1}}],"num_local_experts":3,"num_experts_per_tok":1,"floor_scale":4,"attn_scale":0.3,"rope_theta":10000.0,
            "tie_word_embeddings":true}
            """);
        var tensors = new List<(string Name, int[] Shape)> { ("model.embed_tokens.weight", [Vocabulary, Hidden]), ("model.norm.weight", [Hidden]) };
        for (int layer = 0; layer < rotates.Length; layer++)
        {
            string at = $"model.layers.{layer}.";
            tensors.AddRange(
            [
                (at + "input_layernorm.weight", [Hidden]), (at + "post_attention_layernorm.weight", [Hidden]),
                (at + "self_attn.q_proj.weight", [Heads * HeadDim, Hidden]), (at + "self_attn.k_proj.weight", [HeadDim, Hidden]),
                (at + "self_attn.v_proj.weight", [HeadDim, Hidden]), (at + "self_attn.o_proj.weight", [Hidden, Heads * HeadDim]),
            ]);
            string block = at + (layer == rotates.Length - 1 ? "feed_forward.shared_expert." : "feed_forward.");
            tensors.AddRange([(block + "gate_proj.weight", [Width, Hidden]), (block + "up_proj.weight", [Width, Hidden]), (block + "down_proj.weight", [Hidden, Width])]);
            if (layer == rotates.Length - 1)
            {
                tensors.AddRange(
                [
                    (at + "feed_forward.router.weight", [3, Hidden]), (at + "feed_forward.experts.gate_up_proj", [3, Hidden, 2 * Width]),
                    (at + "feed_forward.experts.down_proj", [3, Width, Hidden]),
                ]);
            }
        }

        var random = new Random(7);
        File.WriteAllBytes(Path.Combine(_folder, "model.safetensors"), SafetensorsWriter.Write(tensors.Select(tensor => (
            tensor.Name, tensor.Shape, Enumerable.Range(0, tensor.Shape.Aggregate(1, static (product, extent) => product * extent))
                .Select(_ => (float)(random.NextDouble() - 0.5)).ToArray())), "BF16"));
        return LanguageModel.Load(_folder, new LanguageModelOptions { Threads = 1 });
    }

    private static int[] Tokens(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(Vocabulary))];
    }

    private static float[] Last(float[] logits) => logits[^Vocabulary..];

    private static void AssertNear(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], Tolerance);
        }
    }
}
