import { describe, expect, it } from '@jest/globals';
import { plainCallouts } from '../../../../src/posts/import/callouts.ts';
import { expandHugo } from '../../../../src/posts/import/hugo-shortcodes.ts';
import { withoutMdxParts } from '../../../../src/posts/import/mdx-parts.ts';
import { expandLiquid } from '../../../../src/posts/import/liquid-tags.ts';

const addressOf = (name: string): string | undefined => (/a(?:\.md)?$/.test(name) ? '/notes/a' : undefined);
const hugo = (text: string): string => expandHugo(text, addressOf);
const liquid = (text: string): string => expandLiquid(text, { title: 'Glass', addressOf });

describe('shortcodes of Hugo', () => {
  it.each([
    [
      '{{< figure src="/a.png" alt="A &" title="T" caption="c <b>" width=300 >}}',
      '\n<figure><img src="/a.png" alt="A &amp;" width="300"><figcaption>T: c &lt;b></figcaption></figure>\n',
    ],
    [
      '{{< figure src="a.png" link="/b" >}}',
      '\n<figure><a href="/b"><img src="a.png" alt=""></a></figure>\n',
    ],
    ['x {{< youtube abc_1 >}} y', 'x [Video on YouTube](<https://www.youtube.com/watch?v=abc_1>) y'],
    [
      '{{< youtube id="abc" title="Panes [1]" >}}',
      '[Panes \\[1\\] (YouTube)](<https://www.youtube.com/watch?v=abc>)',
    ],
    ['{{ youtube(id="abc") }}', '[Video on YouTube](<https://www.youtube.com/watch?v=abc>)'],
    ['{{< vimeo 123 >}}', '[Video on Vimeo](<https://vimeo.com/123>)'],
    ['{{< gist ada 0123abc >}}', '[Gist on GitHub](<https://gist.github.com/ada/0123abc>)'],
    ['{{< tweet user="ada" id="12" >}}', '[Post on X](<https://x.com/ada/status/12>)'],
    ['{{< highlight go "linenos=table" >}}\nx := `a`\n{{< /highlight >}}', '\n```go\nx := `a`\n```\n'],
    ['[x]({{< ref "posts/a.md" >}}) [y]({{% relref "b" %}})', '[x](/notes/a) [y]({{% relref "b" %}})'],
    ['a{{/* private */}}b', 'ab'],
    ['{{< rawhtml >}}<hr>{{< /rawhtml >}}', '<hr>'],
    [
      '{{< details summary="More" >}}*x*{{< /details >}}',
      '\n<details><summary>More</summary>\n\n*x*\n\n</details>\n',
    ],
    ['{{< chart 1 >}} {{closure}} {{ a.b }}', '{{< chart 1 >}} {{closure}} {{ a.b }}'],
    [
      '`{{< youtube abc >}}`\n\n```\n{{< youtube abc >}}\n```',
      '`{{< youtube abc >}}`\n\n```\n{{< youtube abc >}}\n```',
    ],
    ['```\n{{</* youtube abc */>}}\n``` {{</* figure */>}}', '```\n{{< youtube abc >}}\n``` {{< figure >}}'],
    ['{{< youtube "\\"><script>" >}}', '{{< youtube "\\"><script>" >}}'],
  ])('%s', (text, expanded) => {
    expect(hugo(text)).toBe(expanded);
  });
});

describe('tags of Liquid', () => {
  it.each([
    ['{% highlight ruby linenos %}\nputs `x`\n{% endhighlight %}', '\n```ruby\nputs `x`\n```\n'],
    ['{% codeblock lang:js %}\n1\n{% endcodeblock %}', '\n```js\n1\n```\n'],
    ['```\n{% raw %}{{ x }}{% endraw %}\n```', '```\n{{ x }}\n```'],
    ['{% raw %}{% link x.md %}{% endraw %}', '{% link x.md %}'],
    ['a{% comment %} private {% endcomment %}b', 'ab'],
    ['\uE0020\uE003 {% raw %}{{ x }}{% endraw %} \uFDD00\uFDD1', '\uE0020\uE003 {{ x }} 0'],
    [
      '[x]({% post_url 2024-01-02-a %}) [y]({% link _posts/b.md %})',
      '[x](/notes/a) [y]({% link _posts/b.md %})',
    ],
    ['{% link files/x.pdf %}', '/files/x.pdf'],
    ['{% include youtube.html id="abc" %}', '[Video on YouTube](<https://www.youtube.com/watch?v=abc>)'],
    [
      '{% include figure image_path="/a.png" caption="C" %}',
      '\n<figure><img src="/a.png" alt=""><figcaption>C</figcaption></figure>\n',
    ],
    ['{% gist ada/0123abc %}', '[Gist on GitHub](<https://gist.github.com/ada/0123abc>)'],
    ['{% asset_img a.png A pane %}', '![A pane](a.png)'],
    ['![]({{ site.baseurl }}/a.png) {{ "/b" | relative_url }} {{ page.title }}', '![](/a.png) /b Glass'],
    ['{% if x %} {{ y }} {% include z.html %}', '{% if x %} {{ y }} {% include z.html %}'],
    ['`{% gist ada/0123abc %}`', '`{% gist ada/0123abc %}`'],
  ])('%s', (text, expanded) => {
    expect(liquid(text)).toBe(expanded);
  });
});

describe('callouts', () => {
  it.each([
    ['> [!NOTE]\n> Text', '> **Note**\n>\n> Text'],
    ['> [!warning]- Mind *the* gap\n> Text', '> **Mind \\*the\\* gap**\n>\n> Text'],
    ['> > [!tip]\n> > Text', '> > **Tip**\n> >\n> > Text'],
    ['```\n> [!note]\n```', '```\n> [!note]\n```'],
    ['> [link](x)', '> [link](x)'],
  ])('%s', (text, plain) => {
    expect(plainCallouts(text)).toBe(plain);
  });
});

describe('MDX', () => {
  it.each([
    [
      "import A from './a.astro';\nimport './b.css'\nexport const c = 1;\n\n# Text {/* private */}x",
      '# Text x',
    ],
    ['We import words from "a" here.', 'We import words from "a" here.'],
    ["```js\nimport A from './a';\n```", "```js\nimport A from './a';\n```"],
  ])('%s', (text, plain) => {
    expect(withoutMdxParts(text)).toBe(plain);
  });
});
