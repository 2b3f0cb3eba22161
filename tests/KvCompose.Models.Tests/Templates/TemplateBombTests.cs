using KvCompose.Models.Templates;

namespace KvCompose.Models.Tests.Templates;

public class TemplateBombTests
{
    private static readonly ChatTemplateLimits Small = new() { MaxSteps = 100_000, MaxCharacters = 1 << 20, MaxOutputLength = 1 << 16 };

    [Theory]
    [InlineData("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}")]
    [InlineData("{{ 'x' * 1000000000000 }}")]
    [InlineData("{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}")]
    [InlineData("{% set ns = namespace(l=[1]) %}{% for i in range(100) %}{% set ns.l = ns.l + ns.l %}{% endfor %}")]
    [InlineData("{{ [0] * 10000000000 }}")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(5000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(5000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l|tojson }}")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(5000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l == [ns.l] }}")]
    [InlineData("{% set ns = namespace() %}{% set ns.a = ns %}{{ ns }}")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")]
    [InlineData("{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}")]
    [InlineData("{{ 10 ** (10 ** 10) }}")]
    [InlineData("{{ 'a'.center(100000000) }}")]
    [InlineData("{{ '%1000000000d' % 1 }}")]
    [InlineData("{{ '{:>1000000000}'.format(1) }}")]
    [InlineData("{{ 1.5|round(2000000000) ~ ('x'|indent(2000000000, true)) }}")]
    [InlineData("{% for i in range(100000) %}{{ '0123456789' }}{% endfor %}")]
    [InlineData("{{ [1]|batch(1000000000, 0)|list }}")]
    [InlineData("{{ [1]|slice(1000000000)|list }}")]
    public void Render_Bomb_IsStopped(string source) => Assert.Equal(ChatTemplateErrorKind.Limit, TemplateRendering.Fails(source, Small).Kind);

    [Theory]
    [InlineData("(", 60_000)]
    [InlineData("[", 60_000)]
    [InlineData("not ", 60_000)]
    [InlineData("-", 60_000)]
    [InlineData("1 + ", 60_000)]
    [InlineData("a.", 60_000)]
    [InlineData("x if ", 60_000)]
    public void Parse_DeepNesting_IsStopped(string open, int times)
    {
        string deep = string.Concat(Enumerable.Repeat(open, times));
        ChatTemplateException problem = Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse("{{ " + deep + "a }}"));
        Assert.True(problem.Kind is ChatTemplateErrorKind.Limit or ChatTemplateErrorKind.Syntax);
    }

    [Fact]
    public void Parse_DeepBlocks_AreStopped()
    {
        string source = string.Concat(Enumerable.Repeat("{% if a %}", 10_000));
        Assert.Equal(ChatTemplateErrorKind.Limit, Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(source)).Kind);
    }

    [Fact]
    public void Parse_LongSource_IsRefused() => Assert.Equal(
        ChatTemplateErrorKind.Limit,
        Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse("0123456789", new ChatTemplateLimits { MaxSourceLength = 9 })).Kind);

    [Fact]
    public void Render_Cancelled_Stops()
    {
        ChatTemplate template = ChatTemplate.Parse("{% for a in range(90000) %}{% endfor %}");
        Assert.ThrowsAny<OperationCanceledException>(() => template.Render(TemplateRendering.Request(), new CancellationToken(true)));
    }

    [Fact]
    public void Render_LongConversation_IsNoBomb()
    {
        string content = new('w', 2 << 20);
        string text = TemplateRendering.Text("{% for m in messages %}{{ '<' + m.content | trim + '>' }}{% endfor %}", ChatTurns.User(content), ChatTurns.Assistant(content));
        Assert.Equal(2 * content.Length + 4, text.Length);
    }
}
