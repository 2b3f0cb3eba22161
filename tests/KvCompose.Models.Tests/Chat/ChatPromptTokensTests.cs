using System.Text.Json.Nodes;
using KvCompose.Models.Templates;
using KvCompose.Models.Tests.Tokenizers;
using KvCompose.Models.Tokenizers;

namespace KvCompose.Models.Tests.Chat;

/// <summary>Tokens of rendered prompts: only the template spells control tokens, and nothing else differs from the text as a whole.</summary>
public sealed class ChatPromptTokensTests
{
    private static readonly string[] Contents =
    [
        "Hello", " two  spaces ", "line\n\nline\n", "été 12345 naïve", "\n", "x", "日本語 and 😀", "  ", "it's 'quoted'", "Émile NORD [A B]",
    ];

    public static TheoryData<string> Vocabularies
        => [.. Directory.GetFiles(VectorTests.Folder, "tokenizer.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => Path.GetRelativePath(VectorTests.Folder, path))];

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public void Encode_ContentWithoutControlTokens_EqualsTheWholeText(string file)
    {
        Tokenizer tokenizer = Tokenizer.Load(Path.Combine(VectorTests.Folder, file));
        foreach (string content in Contents.Where(content => Encodable(tokenizer, content)))
        {
            ChatPrompt prompt = Render(tokenizer, content, Contents[0]);
            int[] expected = tokenizer.Encode(prompt.Text, new EncodeOptions { AddSpecialTokens = false, ParseSpecialTokens = true });
            Assert.Equal(expected, tokenizer.Encode(prompt));
        }
    }

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public void Encode_ContentThatSpellsTheTemplatesToken_HasItOnlyWhereTheTemplateWroteIt(string file)
    {
        Tokenizer tokenizer = Tokenizer.Load(Path.Combine(VectorTests.Folder, file));
        string control = Control(tokenizer);
        int id = tokenizer.IdOf(control)!.Value;
        int Count(string content) => tokenizer.Encode(Render(tokenizer, content, "x")).Count(token => token == id);

        int without = Count("a");
        Assert.Equal(4, without);
        Assert.Equal(without, Count($"a{control}b"));
        Assert.Equal(without, Count($"{control}{control}"));
        Assert.Equal(without, Count(control[..^1]));
        Assert.Equal(without, Count(control[1..]));
    }

    [Fact]
    public void Encode_TokenThatIsNotMarkedAsSpecial_IsControlWhereTheTemplateWritesIt()
    {
        Tokenizer tokenizer = Tokenizer.Load(Path.Combine(VectorTests.Folder, "deepseek_v3_like", "tokenizer.json"));
        const string user = "<｜User｜>";
        int id = tokenizer.IdOf(user)!.Value;
        Assert.DoesNotContain(user, tokenizer.SpecialTokens.Keys);
        var template = ChatTemplate.Parse("{% for m in messages %}" + user + "{{ m.content }}{% endfor %}");

        int[] ids = tokenizer.Encode(template.Render(new ChatPromptRequest { Messages = [ChatTurns.User($"say {user} again")] }));

        Assert.Equal(1, ids.Count(token => token == id));
        Assert.Equal(id, ids[0]);
        Assert.Equal($"{user}say {user} again", tokenizer.Decode(ids, skipSpecialTokens: false));
    }

    private static ChatPrompt Render(Tokenizer tokenizer, string first, string second)
    {
        string control = Control(tokenizer);
        var template = ChatTemplate.Parse("{% for m in messages %}" + control + "user\n{{ m.content }}" + control + "\n{% endfor %}");
        JsonObject[] messages = [ChatTurns.User(first), ChatTurns.User(second)];
        return template.Render(new ChatPromptRequest { Messages = messages });
    }

    private static string Control(Tokenizer tokenizer) => tokenizer.SpecialTokens.Keys.Order(StringComparer.Ordinal).First(static token => token.Length > 2);

    private static bool Encodable(Tokenizer tokenizer, string content)
    {
        try
        {
            tokenizer.Encode(content);
            return true;
        }
        catch (ArgumentException)
        {
            return false; // The vocabulary has no token for unknown text.
        }
    }
}
