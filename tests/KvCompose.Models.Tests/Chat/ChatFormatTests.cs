using System.Text.Json.Nodes;
using KvCompose.Models.Chat;
using KvCompose.Models.Templates;
using KvCompose.Models.Tests.Support;
using KvCompose.Models.Tests.Tokenizers;
using KvCompose.Models.Tokenizers;

namespace KvCompose.Models.Tests.Chat;

/// <summary>Where the files of a checkpoint say how it is talked to.</summary>
public sealed class ChatFormatTests
{
    [Fact]
    public void OfFolder_TokensAsTextAndAsObjects_AreFoundByName()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("special_tokens_map.json"), """{"bos_token": "<s>", "pad_token": {"content": "<pad>", "lstrip": false}}""");
        File.WriteAllText(
            folder.File("tokenizer_config.json"), """{"bos_token": "<bos>", "add_bos_token": true, "eos_token": null, "chat_template": "T"}""");

        ChatSource source = ChatSource.OfFolder(folder.Path);

        Assert.Equal("T", source.Template);
        Assert.Equal(["bos_token", "pad_token"], source.SpecialTokens.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("<bos>", source.SpecialTokens["bos_token"]);
        Assert.Equal("<pad>", source.SpecialTokens["pad_token"]);
    }

    [Fact]
    public void OfFolder_TemplateFile_WinsOverTheField()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("tokenizer_config.json"), """{"chat_template": "T"}""");
        File.WriteAllText(folder.File("chat_template.jinja"), "J");
        Assert.Equal("J", ChatSource.OfFolder(folder.Path).Template);
    }

    [Fact]
    public void OfFolder_NamedTemplates_TakesTheDefaultOne()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(
            folder.File("tokenizer_config.json"),
            """{"chat_template": [{"name": "tool_use", "template": "U"}, {"name": "default", "template": "D"}]}""");
        Assert.Equal("D", ChatSource.OfFolder(folder.Path).Template);
    }

    [Theory]
    [InlineData("""{"chat_template": [{"name": "tool_use", "template": "U"}]}""", "chat_template is a list without a template named default")]
    [InlineData("""{"chat_template": 3}""", "chat_template is a JSON Number")]
    [InlineData("[]", "is a JSON Array, expected an object")]
    [InlineData("{", "is not JSON")]
    [InlineData("{\"chat_template\": \"\\ud800\"}", "not valid Unicode")]
    public void OfFolder_BrokenFile_SaysWhichAndWhat(string json, string problem)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("tokenizer_config.json"), json);
        TokenizerFormatException exception = Assert.Throws<TokenizerFormatException>(() => ChatSource.OfFolder(folder.Path));
        Assert.Equal(folder.File("tokenizer_config.json"), exception.File);
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OfFolder_WithoutFiles_HasNoTemplate()
    {
        using var folder = new TemporaryFolder();
        Assert.Null(ChatSource.OfFolder(folder.Path).Template);
    }

    [Fact]
    public void EndTokens_AreThoseOfTheFilesAndTheTemplatesTurnEnd()
    {
        Tokenizer tokenizer = Tokenizer.Load(Path.Combine(VectorTests.Folder, "qwen3_like", "tokenizer.json"));
        int turnEnd = tokenizer.IdOf("<|im_end|>")!.Value, textEnd = tokenizer.IdOf("<|endoftext|>")!.Value;
        var format = new ChatFormat(tokenizer, ChatTemplate.ChatMl, new Dictionary<string, string>(), [textEnd]);
        Assert.Equal([turnEnd, textEnd], format.EndTokens.OrderByDescending(token => token == turnEnd));
    }

    [Theory]
    [InlineData("image")]
    [InlineData("image_url")]
    [InlineData("input_audio")]
    [InlineData("video")]
    public void Encode_MessageThatIsNoText_IsRefusedByName(string type)
    {
        Tokenizer tokenizer = Tokenizer.Load(Path.Combine(VectorTests.Folder, "qwen3_like", "tokenizer.json"));
        var format = new ChatFormat(tokenizer, ChatTemplate.ChatMl, new Dictionary<string, string>(), []);
        var message = new JsonObject
        {
            ["role"] = "user",
            ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = "what is this?" }, new JsonObject { ["type"] = type }),
        };
        Assert.Equal(
            $"message 1 holds a part of type '{type}': only text is understood",
            Assert.Throws<NotSupportedException>(() => format.Encode([ChatTurns.User("hello"), message])).Message);
    }

    [CheckpointFact]
    public void SmolLm_HasItsTemplateItsTokensAndItsEnd()
    {
        using LanguageModel model = LanguageModel.Load(RealCheckpoints.Find(RealCheckpoints.SmolLm)!);
        Assert.Equal("<|im_start|>", model.ChatFormat.SpecialTokens["bos_token"]);
        Assert.Equal("<|im_end|>", model.ChatFormat.SpecialTokens["eos_token"]);
        Assert.Contains(2, model.ChatFormat.EndTokens);
    }
}
