using System.Text;
using System.Text.Json.Nodes;
using KvCompose.Models.Templates;

namespace KvCompose.Models.Tests.Templates;

public class TemplateFuzzTests
{
    private const int Templates = 4000;

    private static readonly string[] Seeds =
    [
        "{%- for m in messages if m.role != 'x' %}{{ '<' ~ m['role'] + '>' }}{{ m.content | trim }}{% if not loop.last %},{% endif %}{% else %}none{% endfor -%}",
        "{% macro show(a, b=[1, 2], c={'k': none}) %}{{ a }}{{ b[::-1] }}{{ c.k }}{{ caller() if caller is defined }}{% endmacro %}{% call show(1) %}x{% endcall %}",
        "{% set ns = namespace(n=0, s='') %}{% for i in range(5) %}{% set ns.n = ns.n + i ** 2 // 3 %}{% if i == 3 %}{% break %}{% endif %}{% endfor %}{{ ns.n }}",
        "{% set x | upper | trim %} a {{ 1.5e3 | round(1) }} {% endset %}{{ x | tojson(indent=2) }}{{ '%5.2f|%s' % (2, x) }}{{ '{:>5}{!r}'.format(1, x) }}",
        "{{ messages | map(attribute='content') | select('string') | join(', ') | replace('a', 'b') | indent(2) }}{{ strftime_now('%Y-%m-%d') }}",
        "{% generation %}{{ messages[0].content.split(' ', 1)[-1].strip() }}{% endgeneration %}{# note #}{% raw %}{{ x }}{% endraw %}{{ bos_token }}",
        "{% with a = 1, b = 2 %}{{ (a, b) | sum }}{{ a < b <= 3 and 'y' or 'n' }}{{ 0x1f ~ 1_000 ~ 'caf\\u00e9' }}{% endwith %}{{ -n|abs if n is defined else 'z'[0] }}",
        "{% for k, v in {'b': 1, 'a': [true, none]}.items() recursive %}{{ loop.index }}{{ k }}{{ v | tojson }}{{ loop.cycle('o', 'e') }}{% endfor %}{{ messages | groupby('role') | list | length }}",
    ];

    private static readonly string[] Pieces =
    [
        "{%", "%}", "{{", "}}", "{#", "#}", "-", "+", "(", ")", "[", "]", "{", "}", "'", "\"", "\\", "|", ".", ",", ":", "=", "~", "**", "//", "%",
        " if ", " else ", " in ", " is ", " not ", " for ", "loop", "messages", "range(9)", "1e309", "99999999999999999999", "none", "true", "\n",
        "\r\n", "\u00a0", "\ud83d\ude00", "\ud800", "|list", "|last", "|reverse", "|sort", "|int", "|string", "|wordwrap(3)", "|batch(2)", "|pprint", "[::-1]", ".x", "['x']",
        "{% endfor %}", "{% endif %}", "{% endmacro %}", "{% else %}", "{% set a = [a] %}", "{% macro m(a) %}", "{{ m(m) }}", "*", " * 99999",
    ];

    [Fact]
    public void MutatedTemplates_GiveTextOrDocumentedErrors()
    {
        var random = new Random(20251130);
        var limits = new ChatTemplateLimits { MaxSteps = 20_000, MaxCharacters = 1 << 20, MaxOutputLength = 1 << 18 };
        int rendered = 0, refused = 0;
        for (int i = 0; i < Templates; i++)
        {
            string source = Mutate(random, Seeds[random.Next(Seeds.Length)]);
            try
            {
                ChatTemplate.Parse(source, limits).Render(TemplateRendering.Request(ChatTurns.User("a b"), ChatTurns.Assistant("{{ c }}\r\n")));
                rendered++;
            }
            catch (ChatTemplateException problem)
            {
                Assert.True(problem.Line >= 1 && problem.Column >= 1, source);
                refused++;
            }
            catch (Exception other)
            {
                Assert.Fail($"{other.GetType().Name}: {other.Message}\n{JsonValue.Create(source).ToJsonString()}\n{other.StackTrace}");
            }
        }

        Assert.True(rendered > Templates / 20 && refused > Templates / 20, $"{rendered} rendered, {refused} refused");
    }

    private static string Mutate(Random random, string seed)
    {
        var text = new StringBuilder(seed);
        for (int change = random.Next(1, 5); change > 0 && text.Length > 0; change--)
        {
            int at = random.Next(text.Length);
            switch (random.Next(5))
            {
                case 0:
                    text.Remove(at, Math.Min(random.Next(1, 8), text.Length - at));
                    break;
                case 1:
                    text[at] = (char)random.Next(1, 128);
                    break;
                case 2:
                    string other = Seeds[random.Next(Seeds.Length)];
                    int start = random.Next(other.Length);
                    text.Insert(at, other.Substring(start, Math.Min(random.Next(1, 40), other.Length - start)));
                    break;
                default:
                    text.Insert(at, Pieces[random.Next(Pieces.Length)]);
                    break;
            }
        }

        return text.ToString();
    }
}
